"""The page before the video: a logo, and below it the text, on a colour or on an image under a veil of it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.limits import MIB
from services.overlays.ink import ink_on, rgb, scrim_opacity
from services.overlays.overlay_image import DrawnText
from services.overlays.png import encode_png
from services.overlays.source_image import contain, cover
from services.overlays.typeset import LEAST_SIZE, Room, Text, typeset
from services.recently_used import RecentlyUsed

TEXT_ROOM = 0.84
TEXT_SIZE = 0.12
# Of the frame's width, and of its shorter edge.
LOGO_WIDTH, LOGO_HEIGHT = 0.5, 0.2
LOGO_GAP = 0.05
LOGO_ENLARGED_AT_MOST = 2.0
# The veil is chosen by a small copy of the picture.
SAMPLE = (64, 36)

Size = tuple[int, int]


@dataclass(frozen=True)
class TitleDrawing:
    """All that a title page's pixels depend on; images by the digest of their files."""

    title: str
    subtitle: str | None
    background: str
    frame: Size
    background_image: str | None
    logo: str | None


# An editor who types changes the text: decoding and shrinking a photograph again would take most of the time.
_backdrops: RecentlyUsed[Image.Image] = RecentlyUsed(64 * MIB, lambda image: image.width * image.height * 3)


def draw_title_page(drawing: TitleDrawing, background_image: bytes | None, logo: bytes | None) -> DrawnText:
    """The whole page, opaque. Raises OSError for an image file that cannot be read."""
    width, height = drawing.frame
    page = _backdrop(drawing, background_image)
    emblem = _logo(logo, drawing.frame) if logo else None
    above = emblem.height + round(min(drawing.frame) * LOGO_GAP) if emblem else 0
    usual = max(LEAST_SIZE, min(drawing.frame) * TEXT_SIZE)
    room = Room(
        width * TEXT_ROOM, height * TEXT_ROOM - above, usual, margin=round(usual * 0.1), align="center"
    )
    text = Text.of(drawing.title, drawing.subtitle)
    lettering = typeset(text, room, ink_on(drawing.background))
    top = (height - above - lettering.picture.height) // 2
    if emblem:
        _lay(page, emblem, ((width - emblem.width) // 2, top))
    _lay(page, lettering.picture, ((width - lettering.picture.width) // 2, top + above))
    return DrawnText(
        encode_png(page), 0, 0, width, height, lettering.size, lettering.shrunk_to, text.warnings
    )


def _logo(logo: bytes, frame: Size) -> Image.Image:
    return contain(logo, (frame[0] * LOGO_WIDTH, min(frame) * LOGO_HEIGHT), LOGO_ENLARGED_AT_MOST)


def _backdrop(drawing: TitleDrawing, background_image: bytes | None) -> Image.Image:
    if background_image is None:
        return Image.new("RGB", drawing.frame, drawing.background)
    key = drawing.background_image, drawing.frame, drawing.background
    backdrop = _backdrops.get(key)
    if backdrop is None:
        backdrop = _veiled(cover(background_image, drawing.frame), drawing.background)
        _backdrops.put(key, backdrop)
    return backdrop.copy()


def _veiled(image: Image.Image, color: str) -> Image.Image:
    """The image on the colour, and as much of the colour over it as letters need."""
    ground = Image.new("RGB", image.size, color)
    _lay(ground, image, (0, 0))
    sample = np.asarray(ground.resize(SAMPLE, Image.Resampling.BOX))
    return Image.blend(ground, Image.new("RGB", image.size, rgb(color)), scrim_opacity(sample, color))


def _lay(page: Image.Image, picture: Image.Image, place: Size) -> None:
    page.paste(picture, place, picture if picture.mode == "RGBA" else None)
