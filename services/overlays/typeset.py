"""Lays out and draws one overlay with Typst: bidirectional text, shaping, line breaks and font fallback."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from services.overlays.fonts import font_families, loaded_fonts
from services.overlays.printable_text import ZERO_WIDTH_SPACE, PrintableText

POINTS_PER_INCH = 72.0
# Thai and Lao, Myanmar, Khmer, and the ideographs with kana: written without spaces.
BREAKING_SCRIPTS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x9FFF),
    (0x20000, 0x3FFFF),
)


def typeset(drawing: dict[str, Any]) -> bytes:
    """PNG of `drawing["width"]` x `drawing["height"]` pixels with whatever the template draws on it."""
    png = typst.compile(
        _template(),
        format="png",
        ppi=POINTS_PER_INCH,
        font_paths=loaded_fonts(),
        sys_inputs={"overlay": json.dumps(drawing)},
    )
    if not isinstance(png, bytes):
        raise TypeError("an overlay must fit one page")
    return png


def text_part(text: PrintableText, *, scale: float, weight: int) -> dict[str, Any]:
    """One paragraph for the template; `scale` is its size relative to the overlay's."""
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


@cache
def _template() -> bytes:
    return files("services.overlays").joinpath("overlay.typ").read_bytes()
