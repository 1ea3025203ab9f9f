"""Lays out and draws a text with Typst: bidirectional text, shaping, line breaks and font fallback."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import typst
from PIL import Image

from services.overlays.fonts import font_families, loaded_fonts
from services.overlays.printable_text import ZERO_WIDTH_SPACE, PrintableText, printable_text

TEMPLATE = Path(__file__).with_name("overlay.typ")
POINTS_PER_INCH = 72.0
SMALLER = 0.62
# Below this, in pixels, letters run together; a text that does not fit still shrinks further.
LEAST_SIZE = 11
# Thai and Lao, Myanmar, Khmer, and the ideographs with kana: written without spaces.
BREAKING_SCRIPTS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x9FFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True)
class Text:
    """A large text and a smaller one below it, both ready to draw."""

    main: PrintableText
    below: PrintableText | None

    @classmethod
    def of(cls, main: str, below: str | None) -> "Text":
        return cls(printable_text(main), printable_text(below) if below else None)

    @property
    def right_to_left(self) -> bool:
        return self.main.right_to_left

    @property
    def warnings(self) -> tuple[str, ...]:
        """What cannot be drawn as written, each once."""
        return tuple(dict.fromkeys(self.main.warnings + (self.below.warnings if self.below else ())))


@dataclass(frozen=True)
class Room:
    """Where a text goes, in pixels: at most `width` x `height`, with an empty `margin` around it.

    `size` is that of the large letters; they get smaller until the text fits.
    """

    width: float
    height: float
    size: float
    margin: float
    align: Literal["left", "center", "right"]


@dataclass(frozen=True)
class Lettering:
    """Letters on a transparent picture as large as they need.

    `size` is that of the large ones, in pixels, and `shrunk_to` what it is of the room's: 1 when they fit.
    """

    picture: Image.Image
    size: float
    shrunk_to: float


def typeset(text: Text, room: Room, ink: str) -> Lettering:
    """The text set in that colour (`#rrggbb`)."""
    parts = [_part(text.main, scale=1.0, weight=600)]
    if text.below:
        parts.append(_part(text.below, scale=SMALLER, weight=400))
    drawing = {
        "room-width": room.width,
        "room-height": room.height,
        "size": room.size,
        "margin": room.margin,
        "align": room.align,
        "ink": ink,
        "parts": parts,
    }
    compiler = typst.Compiler(
        str(TEMPLATE), font_paths=loaded_fonts(), sys_inputs={"lettering": json.dumps(drawing)}
    )
    png = compiler.compile(format="png", ppi=POINTS_PER_INCH)
    if not isinstance(png, bytes):
        raise TypeError("a text must fit one page")
    size = float(json.loads(compiler.query("<size>", field="value", one=True)))
    # Typst's own lengths are rounded a little.
    return Lettering(Image.open(BytesIO(png)).convert("RGBA"), size, min(1.0, size / room.size))


def _part(text: PrintableText, *, scale: float, weight: int) -> dict[str, Any]:
    """One paragraph for the template; `scale` is its size relative to the large text's."""
    return {
        "text": text.text,
        "words": _unbreakable(text.text),
        "fonts": font_families(text.text),
        "rtl": text.right_to_left,
        "scale": scale,
        "weight": weight,
    }


def _unbreakable(text: str) -> list[str]:
    """The pieces to keep whole; ideographs and Thai break without spaces, so only other words count."""
    pieces = text.replace(ZERO_WIDTH_SPACE, " ").split()
    return [piece for piece in pieces if not _breaks_anywhere(piece)]


def _breaks_anywhere(word: str) -> bool:
    return any(first <= ord(character) <= last for character in word for first, last in BREAKING_SCRIPTS)
