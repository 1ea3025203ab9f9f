"""Every text of a config as a picture for the probed frame: upright, square pixels, even sizes."""

from io import BytesIO
from typing import Any

from PIL import Image

from services.job_settings.asset_names import TITLE_NAME, lower_third_name
from services.job_settings.rendition_ladder import display_size, even
from services.overlays.overlay_image import OverlayImage
from services.overlays.printable_text import printable_text
from services.overlays.typeset import text_part, typeset
from services.probed_media import ProbedMedia
from services.production_config import LowerThird, LowerThirdPosition, ProductionConfig, TitlePage

# EBU R 95: the graphics-safe area leaves 5 % at every edge.
SAFE_MARGIN = 0.05
TITLE_ROOM = 0.84
TITLE_SIZE = 0.12
PANEL_SIZE = 0.05
PANEL_PADDING = 0.022
PANEL_BAR = 0.008
PANEL_HEIGHT = 0.32
PANEL_WIDTH_LANDSCAPE = 0.6
PANEL_WIDTH_PORTRAIT = 0.9
PANEL_WIDTH_SHARED = 0.29
SMALLER = 0.62
# Below this, in pixels, letters run together; a text that does not fit still shrinks further.
LEAST_SIZE = 11
PANEL_BACKGROUND = "#0b0f14d0"
PANEL_ACCENT = "#4da3ff"
LIGHT_INK = "#ffffff"
DARK_INK = "#101418"


def draw_overlays(config: ProductionConfig, media: ProbedMedia) -> list[OverlayImage]:
    """The title page, then the lower thirds in their order. Takes about 0.1 s each; call it in a thread."""
    frame = display_size(media)
    drawn = [_title_page(config.title_page, frame)] if config.title_page else []
    for index, lower_third in enumerate(config.lower_thirds):
        shared = _shares_its_row(lower_third, config.lower_thirds)
        drawn.append(_lower_third(lower_third, lower_third_name(index), frame, shared))
    return drawn


def _title_page(title: TitlePage, frame: tuple[int, int]) -> OverlayImage:
    width, height = frame
    parts, warnings = _parts(title.title, title.subtitle)
    drawing = {
        "kind": "title",
        "width": width,
        "height": height,
        "room-width": width * TITLE_ROOM,
        "room-height": height * TITLE_ROOM,
        "size": max(LEAST_SIZE, min(frame) * TITLE_SIZE),
        "background": title.background,
        "ink": _ink_on(title.background),
        "parts": parts,
    }
    return OverlayImage(TITLE_NAME, typeset(drawing), 0, 0, width, height, warnings)


def _lower_third(
    lower_third: LowerThird, name: str, frame: tuple[int, int], shares_its_row: bool
) -> OverlayImage:
    width, height = frame
    parts, warnings = _parts(lower_third.text, lower_third.subtext)
    short_edge = min(frame)
    share = PANEL_WIDTH_PORTRAIT if height > width else PANEL_WIDTH_LANDSCAPE
    drawing = {
        "kind": "panel",
        "width": even(round(width * (PANEL_WIDTH_SHARED if shares_its_row else share))),
        "height": even(round(height * PANEL_HEIGHT)),
        "padding": short_edge * PANEL_PADDING,
        "bar": max(2, short_edge * PANEL_BAR),
        "size": max(LEAST_SIZE, short_edge * PANEL_SIZE),
        "background": PANEL_BACKGROUND,
        "accent": PANEL_ACCENT,
        "ink": LIGHT_INK,
        "parts": parts,
    }
    picture = _cut_to_panel(typeset(drawing))
    x, y = _corner(lower_third.position, frame, picture.size)
    encoded = BytesIO()
    picture.save(encoded, "PNG")
    return OverlayImage(name, encoded.getvalue(), x, y, *picture.size, warnings)


def _parts(text: str, smaller: str | None) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    main = printable_text(text)
    parts, warnings = [text_part(main, scale=1.0, weight=600)], main.warnings
    if smaller:
        below = printable_text(smaller)
        parts.append(text_part(below, scale=SMALLER, weight=400))
        warnings += tuple(warning for warning in below.warnings if warning not in warnings)
    return parts, warnings


def _cut_to_panel(png: bytes) -> Image.Image:
    """The drawn panel alone, its size rounded up to even."""
    canvas = Image.open(BytesIO(png)).convert("RGBA")
    left, top, right, bottom = canvas.getchannel("A").getbbox() or (0, 0, 2, 2)
    return canvas.crop((left, top, right + (right - left) % 2, bottom + (bottom - top) % 2))


def _corner(position: LowerThirdPosition, frame: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    row, column = position.split("_")
    margin_x, margin_y = (round(edge * SAFE_MARGIN) for edge in frame)
    free_x, free_y = frame[0] - size[0], frame[1] - size[1]
    x = {"LEFT": margin_x, "CENTER": free_x // 2, "RIGHT": free_x - margin_x}[column]
    y = {"TOP": margin_y, "BOTTOM": free_y - margin_y}[row]
    return max(0, x - x % 2), max(0, y - y % 2)


def _shares_its_row(lower_third: LowerThird, others: tuple[LowerThird, ...]) -> bool:
    """Whether another text is on screen beside this one: each then gets a third of the width."""
    row = lower_third.position.split("_")[0]
    return any(
        other is not lower_third
        and other.position.split("_")[0] == row
        and other.start_ms < lower_third.end_ms
        and lower_third.start_ms < other.end_ms
        for other in others
    )


def _ink_on(background: str) -> str:
    """White or near black, whichever stands out more (WCAG 2 relative luminance)."""
    channels = (int(background[index : index + 2], 16) / 255 for index in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return LIGHT_INK if luminance < 0.18 else DARK_INK
