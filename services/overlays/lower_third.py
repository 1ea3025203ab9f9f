"""A text over the video: letters on a dark panel or on a bar of the accent's colour, or letters alone."""

from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageChops, ImageFilter

from services.job_settings.rendition_ladder import even
from services.overlays.ink import LIGHT_INK, ink_on, rgb
from services.overlays.overlay_image import DrawnText
from services.overlays.png import encode_png
from services.overlays.typeset import LEAST_SIZE, Room, Text, typeset
from services.production_config import LowerThirdPosition, LowerThirdStyle

# EBU R 95: the graphics-safe area leaves 5 % at every edge.
SAFE_MARGIN = 0.05
# Of the frame's width; a text with others in its row gets a third of it.
WIDTH_LANDSCAPE = 0.6
WIDTH_PORTRAIT = 0.9
WIDTH_SHARED = 0.29
HEIGHT = 0.32
# In pixels: a third of the smallest frames would be margins alone.
LEAST_ROOM = 4
# Of the shorter edge.
TEXT_SIZE = 0.05
PADDING = 0.022
STRIPE = 0.008
PANEL = (11, 15, 20, 208)
# Of the letters' size: the blur of bare letters' outline and of their shadow.
OUTLINE = 0.035
SHADOW = 0.16
OUTLINE_GAIN = 4.0
OUTLINE_OPACITY = 0.85
# A blurred thin line is faint.
SHADOW_GAIN = 1.32

Size = tuple[int, int]


@dataclass(frozen=True)
class LowerThirdDrawing:
    """All that a lower third's pixels depend on."""

    text: str
    subtext: str | None
    position: LowerThirdPosition
    style: LowerThirdStyle
    accent: str
    frame: Size
    shares_its_row: bool


def draw_lower_third(drawing: LowerThirdDrawing) -> DrawnText:
    """The text with what lies behind it, as small as it can be."""
    width, height = drawing.frame
    text = Text.of(drawing.text, drawing.subtext)
    short_edge = min(drawing.frame)
    usual = max(LEAST_SIZE, short_edge * TEXT_SIZE)
    margin = max(3, round(short_edge * PADDING))
    stripe = max(2, round(short_edge * STRIPE)) if drawing.style is LowerThirdStyle.PANEL else 0
    share = WIDTH_PORTRAIT if height > width else WIDTH_LANDSCAPE
    taken = even(round(width * (WIDTH_SHARED if drawing.shares_its_row else share)))
    room_width = max(LEAST_ROOM, taken - 2 * margin - stripe)
    room_height = even(round(height * HEIGHT)) - 2 * margin
    room = Room(room_width, room_height, usual, margin, _side(drawing, text))
    ink = ink_on(drawing.accent) if drawing.style is LowerThirdStyle.BAR else LIGHT_INK
    lettering = typeset(text, room, ink)
    picture = _even(_styled(drawing, lettering.picture, lettering.size, stripe, text.right_to_left))
    # Bare letters keep the safe area, not the shadow around them.
    bleed = margin if drawing.style is LowerThirdStyle.PLAIN else 0
    x, y = _corner(drawing.position, drawing.frame, picture.size, bleed)
    return DrawnText(
        encode_png(picture), x, y, *picture.size, lettering.size, lettering.shrunk_to, text.warnings
    )


def _side(drawing: LowerThirdDrawing, text: Text) -> Literal["left", "center", "right"]:
    """A panel's text begins at its stripe; the others lean to where they stand."""
    if drawing.style is not LowerThirdStyle.PANEL:
        if drawing.position in {LowerThirdPosition.BOTTOM_CENTER, LowerThirdPosition.TOP_CENTER}:
            return "center"
        if drawing.position in {LowerThirdPosition.BOTTOM_RIGHT, LowerThirdPosition.TOP_RIGHT}:
            return "right"
    return "right" if text.right_to_left else "left"


def _styled(
    drawing: LowerThirdDrawing, letters: Image.Image, size: float, stripe: int, right_to_left: bool
) -> Image.Image:
    if drawing.style is LowerThirdStyle.PLAIN:
        return _with_shadow(letters, size)
    opaque = (*rgb(drawing.accent), 255)
    if drawing.style is LowerThirdStyle.BAR:
        return Image.alpha_composite(Image.new("RGBA", letters.size, opaque), letters)
    canvas = Image.new("RGBA", (letters.width + stripe, letters.height), PANEL)
    stripe_x, letters_x = (letters.width, 0) if right_to_left else (0, stripe)
    canvas.paste(opaque, (stripe_x, 0, stripe_x + stripe, letters.height))
    canvas.alpha_composite(letters, (letters_x, 0))
    return canvas


def _with_shadow(letters: Image.Image, size: float) -> Image.Image:
    """White letters with a dark edge, for light pictures, and a soft shadow, for restless ones."""
    # A blur made stronger spreads letters as a maximum filter does, rounder and ten times as fast.
    edge = letters.getchannel("A").filter(ImageFilter.GaussianBlur(max(0.6, size * OUTLINE)))
    edge = edge.point(_times(OUTLINE_GAIN))
    soft = edge.filter(ImageFilter.GaussianBlur(size * SHADOW))
    dark = ImageChops.lighter(edge.point(_times(OUTLINE_OPACITY)), soft.point(_times(SHADOW_GAIN)))
    canvas = Image.new("RGBA", letters.size, (0, 0, 0, 0))
    canvas.putalpha(dark)
    return Image.alpha_composite(canvas, letters)


def _times(factor: float) -> list[int]:
    """The values 0 to 255 times a factor, as Pillow's table."""
    return [min(255, round(value * factor)) for value in range(256)]


def _even(picture: Image.Image) -> Image.Image:
    """As it is, or a pixel larger: its last row and column are repeated."""
    width, height = picture.width + picture.width % 2, picture.height + picture.height % 2
    if (width, height) == picture.size:
        return picture
    larger = picture.resize((width, height), Image.Resampling.NEAREST, box=(0, 0, *picture.size))
    larger.paste(picture, (0, 0))
    return larger


def _corner(position: LowerThirdPosition, frame: Size, size: Size, bleed: int) -> Size:
    row, column = position.split("_")
    margin_x, margin_y = (round(edge * SAFE_MARGIN) - bleed for edge in frame)
    free_x, free_y = frame[0] - size[0], frame[1] - size[1]
    x = {"LEFT": margin_x, "CENTER": free_x // 2, "RIGHT": free_x - margin_x}[column]
    y = {"TOP": margin_y, "BOTTOM": free_y - margin_y}[row]
    return _within(x, free_x), _within(y, free_y)


def _within(at: int, free: int) -> int:
    """Even, and so that all of the picture is on the frame."""
    return max(0, min(at - at % 2, free - free % 2))
