"""Writes services/overlays/characters.txt: every code point that one of the fonts has a glyph for."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.ttLib import TTFont

from services.overlays.fonts import CHARACTERS, font_folders

FONT_SUFFIXES = {".ttf", ".otf", ".ttc"}


def code_points(folders: Iterable[Path]) -> frozenset[int]:
    covered: set[int] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in FONT_SUFFIXES:
                # In a collection all regional faces cover the same characters.
                with TTFont(path, fontNumber=0, lazy=True) as font:
                    covered.update(font.getBestCmap())
    return frozenset(covered)


def spans(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each unbroken row of numbers."""
    first = last = None
    for number in sorted(numbers):
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def main() -> None:
    lines = (f"{first:X} {last:X}\n" for first, last in spans(code_points(font_folders())))
    CHARACTERS.write_text("".join(lines))


if __name__ == "__main__":
    main()
