"""Text made ready to draw: every character has a glyph, every word a place to break."""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from services.overlays.fonts import is_drawable

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
# Words up to this are kept whole by drawing them smaller; beyond, they would become unreadable.
LONGEST_WHOLE_WORD = 45
RIGHT_TO_LEFT = {"R", "AL"}


@dataclass(frozen=True)
class PrintableText:
    """`text` as it is drawn; `missing` are the characters no font has, each once."""

    text: str
    missing: tuple[str, ...]
    right_to_left: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(
            f"No font has the character {character!r} (U+{ord(character):04X}); a placeholder is drawn."
            for character in self.missing
        )


def printable_text(text: str) -> PrintableText:
    """Spaces joined, undrawable characters replaced by U+FFFD and told, endless words made breakable."""
    words = text.split()
    missing = tuple(dict.fromkeys(character for character in text if not _drawable(character)))
    drawn = [
        "".join(REPLACEMENT if character in missing else character for character in _breakable(word))
        for word in words
    ]
    return PrintableText(" ".join(drawn), missing, _right_to_left(text))


def _drawable(character: str) -> bool:
    # Joiners, direction marks and variation selectors have no picture of their own.
    invisible = unicodedata.category(character) in {"Cf", "Zs", "Cc"} or 0xFE00 <= ord(character) <= 0xFE0F
    return invisible or is_drawable(ord(character))


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WHOLE_WORD:
        return word
    pieces = [word[0]]
    for before, character in pairwise(word):
        joined = (
            unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"} or before == "\N{ZERO WIDTH JOINER}"
        )
        pieces.append(character if joined else ZERO_WIDTH_SPACE + character)
    return "".join(pieces)


def _right_to_left(text: str) -> bool:
    """By the first letter that has a direction (Unicode Standard Annex 9, rules P2 and P3)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((d in RIGHT_TO_LEFT for d in directions if d in RIGHT_TO_LEFT | {"L"}), False)
