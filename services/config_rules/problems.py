"""What a rule finds wrong, and the tests that several parts share."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
CANNOT_BE_DRAWN = frozenset({"Cc", "Cs", "Co", "Cn"})


class ConfigProblemCode(StrEnum):
    TEXT_EMPTY = "TEXT_EMPTY"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TEXT_UNPRINTABLE = "TEXT_UNPRINTABLE"
    COLOR_INVALID = "COLOR_INVALID"
    LANGUAGE_INVALID = "LANGUAGE_INVALID"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    END_BEFORE_START = "END_BEFORE_START"
    OUTSIDE_VIDEO = "OUTSIDE_VIDEO"
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    OVERLAP = "OVERLAP"
    TOO_MANY = "TOO_MANY"
    NOT_UNIQUE = "NOT_UNIQUE"
    NO_SOUND = "NO_SOUND"


@dataclass(frozen=True)
class ConfigProblem:
    """`path` leads to the field in GraphQL's names, from "config" on."""

    code: ConfigProblemCode
    message: str
    path: tuple[str, ...]


Problems = Iterator[ConfigProblem]


def check_text(text: str, most: int, path: tuple[str, ...]) -> Problems:
    """Not empty, not longer than `most` characters, nothing in it that no font can draw."""
    if not text.strip():
        yield ConfigProblem(ConfigProblemCode.TEXT_EMPTY, "The text is empty.", path)
    if len(text) > most:
        message = f"The text has {len(text):,} characters; at most {most} are allowed."
        yield ConfigProblem(ConfigProblemCode.TEXT_TOO_LONG, message, path)
    unprintable = next((c for c in text if unicodedata.category(c) in CANNOT_BE_DRAWN), None)
    if unprintable is not None:
        message = f"The text has a character that cannot be drawn (U+{ord(unprintable):04X})."
        yield ConfigProblem(ConfigProblemCode.TEXT_UNPRINTABLE, message, path)


def check_color(color: str, path: tuple[str, ...]) -> Problems:
    """Six hexadecimal digits, red first."""
    if not COLOR.fullmatch(color):
        message = f"{color[:40]!r} is not a colour such as #101418."
        yield ConfigProblem(ConfigProblemCode.COLOR_INVALID, message, path)


def check_range(value: float, allowed: tuple[float, float], unit: str, path: tuple[str, ...]) -> Problems:
    """Within `allowed`, both ends included."""
    least, most = allowed
    # A NaN is in no range, so the test must be this way round.
    if not least <= value <= most:
        message = f"{value:,} {unit} is not between {least:,} and {most:,} {unit}."
        yield ConfigProblem(ConfigProblemCode.OUT_OF_RANGE, message, path)


def check_fades(fade_in_ms: int, fade_out_ms: int, longest_ms: int, path: tuple[str, ...]) -> Problems:
    """`path` is that of what fades."""
    yield from check_range(fade_in_ms, (0, longest_ms), "ms", (*path, "fadeInMs"))
    yield from check_range(fade_out_ms, (0, longest_ms), "ms", (*path, "fadeOutMs"))


def outside(message: str, path: tuple[str, ...]) -> ConfigProblem:
    return ConfigProblem(ConfigProblemCode.OUTSIDE_VIDEO, message, path)


def end_before_start(what: str, start: int, end: int, path: tuple[str, ...]) -> ConfigProblem:
    message = f"{what} ends at {ms(end)}, which is not after its start at {ms(start)}."
    return ConfigProblem(ConfigProblemCode.END_BEFORE_START, message, path)


def ms(milliseconds: int) -> str:
    return f"{milliseconds:,} ms".replace(",", " ")
