"""Everything wrong with a config for one upload, told at once, before anything is paid for."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from services.job_settings.programme_timeline import kept_ranges, programme_duration_ms
from services.probed_media import ProbedMedia
from services.production_config import AudioMode, KeptRange, LowerThird, ProductionConfig, TitlePage

MAX_TITLE = 200
MAX_SUBTITLE = 300
MAX_LOWER_THIRD_TEXT = 120
MAX_LOWER_THIRD_SUBTEXT = 160
# MediaConvert has 100 overlay layers for an input.
MAX_LOWER_THIRDS = 99
MAX_KEPT_RANGES = 50
TITLE_PAGE_MS = (500, 30_000)
LEAST_KEPT_MS = 1000
LEAST_SHOWN_MS = 500
# MediaConvert takes -59 to 0; outside these nobody hears anything, or everything clips.
TARGET_LKFS = (-40.0, -5.0)
MAX_HEIGHT = (144, 1080)
COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class ConfigProblemCode(StrEnum):
    TEXT_EMPTY = "TEXT_EMPTY"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TEXT_UNPRINTABLE = "TEXT_UNPRINTABLE"
    COLOR_INVALID = "COLOR_INVALID"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    END_BEFORE_START = "END_BEFORE_START"
    OUTSIDE_VIDEO = "OUTSIDE_VIDEO"
    TOO_SHORT = "TOO_SHORT"
    OVERLAP = "OVERLAP"
    TOO_MANY = "TOO_MANY"


@dataclass(frozen=True)
class ConfigProblem:
    """`path` leads to the field in GraphQL's names, from "config" on."""

    code: ConfigProblemCode
    message: str
    path: tuple[str, ...]


def validate_production_config(config: ProductionConfig, media: ProbedMedia) -> list[ConfigProblem]:
    """Every problem of the config with this video; an empty list means that it can be rendered."""
    trim_problems = list(_trim(config, media))
    problems = [*_title_page(config.title_page), *trim_problems, *_sound(config), *_outputs(config)]
    problems += _lower_thirds(config, media, trim_is_valid=not trim_problems)
    if not problems:
        problems += _poster(config, media)
    return problems


def _title_page(title_page: TitlePage | None) -> Iterator[ConfigProblem]:
    if title_page is None:
        return
    path = ("config", "titlePage")
    yield from _text(title_page.title, MAX_TITLE, (*path, "title"))
    if title_page.subtitle is not None:
        yield from _text(title_page.subtitle, MAX_SUBTITLE, (*path, "subtitle"))
    yield from _range(title_page.duration_ms, TITLE_PAGE_MS, "ms", (*path, "durationMs"))
    if not COLOR.fullmatch(title_page.background):
        yield ConfigProblem(
            ConfigProblemCode.COLOR_INVALID,
            f"{title_page.background[:40]!r} is not a colour such as #101418.",
            (*path, "background"),
        )


def _trim(config: ProductionConfig, media: ProbedMedia) -> Iterator[ConfigProblem]:
    if config.trim is None:
        return
    path = ("config", "trim", "keep")
    if not 1 <= len(config.trim.keep) <= MAX_KEPT_RANGES:
        message = f"There are {len(config.trim.keep)} kept ranges; 1 to {MAX_KEPT_RANGES} are allowed."
        yield ConfigProblem(ConfigProblemCode.TOO_MANY, message, path)
    for index, kept in enumerate(config.trim.keep):
        yield from _kept_range(kept, (*path, str(index)), media)


def _kept_range(kept: KeptRange, path: tuple[str, ...], media: ProbedMedia) -> Iterator[ConfigProblem]:
    start, lasts = kept.start_ms, media.duration_ms
    end = lasts if kept.end_ms is None else kept.end_ms
    if not 0 <= start < lasts:
        message = f"The kept range starts at {_ms(start)}, but the video lasts {_ms(lasts)}."
        yield _outside(message, (*path, "startMs"))
    elif end <= start:
        yield _end_before_start("The kept range", start, end, (*path, "endMs"))
    elif end > lasts:
        message = f"The kept range ends at {_ms(end)}, but the video lasts {_ms(lasts)}."
        yield _outside(message, (*path, "endMs"))
    elif end - start < LEAST_KEPT_MS:
        yield ConfigProblem(
            ConfigProblemCode.TOO_SHORT,
            f"The kept range lasts {_ms(end - start)}; it must last at least {_ms(LEAST_KEPT_MS)}.",
            path,
        )


def _lower_thirds(
    config: ProductionConfig, media: ProbedMedia, *, trim_is_valid: bool
) -> Iterator[ConfigProblem]:
    path = ("config", "lowerThirds")
    if len(config.lower_thirds) > MAX_LOWER_THIRDS:
        yield ConfigProblem(
            ConfigProblemCode.TOO_MANY,
            f"There are {len(config.lower_thirds)} lower thirds; at most {MAX_LOWER_THIRDS} are allowed.",
            path,
        )
    kept = kept_ranges(config, media) if trim_is_valid else ((0, media.duration_ms),)
    for index, lower_third in enumerate(config.lower_thirds):
        yield from _lower_third(lower_third, (*path, str(index)), kept, media)
    yield from _overlaps(config.lower_thirds)


def _lower_third(
    lower_third: LowerThird,
    path: tuple[str, ...],
    kept: tuple[tuple[int, int], ...],
    media: ProbedMedia,
) -> Iterator[ConfigProblem]:
    yield from _text(lower_third.text, MAX_LOWER_THIRD_TEXT, (*path, "text"))
    if lower_third.subtext is not None:
        yield from _text(lower_third.subtext, MAX_LOWER_THIRD_SUBTEXT, (*path, "subtext"))
    start, end = lower_third.start_ms, lower_third.end_ms
    if end <= start:
        yield _end_before_start("The lower third", start, end, (*path, "endMs"))
    elif end - start < LEAST_SHOWN_MS:
        yield ConfigProblem(
            ConfigProblemCode.TOO_SHORT,
            f"It is shown for {_ms(end - start)}; at least {_ms(LEAST_SHOWN_MS)} can be read.",
            (*path, "endMs"),
        )
    first, last = next((part for part in kept if part[0] <= start < part[1]), kept[0])
    if last > first and start < first:
        why = "before the video begins" if first == 0 else f"but the kept range begins at {_ms(first)}"
        yield _outside(f"It starts at {_ms(start)}, {why}.", (*path, "startMs"))
    elif start >= last:
        yield _outside(f"It starts at {_ms(start)}, {_end_of(last, media)}.", (*path, "startMs"))
    if end > last:
        yield _outside(f"It ends at {_ms(end)}, {_end_of(last, media)}.", (*path, "endMs"))


def _overlaps(lower_thirds: tuple[LowerThird, ...]) -> Iterator[ConfigProblem]:
    for (first, one), (second, other) in combinations(enumerate(lower_thirds), 2):
        together = other.start_ms < one.end_ms and one.start_ms < other.end_ms
        if together and one.position is other.position:
            yield ConfigProblem(
                ConfigProblemCode.OVERLAP,
                f"It is on from {_ms(other.start_ms)} to {_ms(other.end_ms)}, while number {first + 1} "
                f"stands in the same place from {_ms(one.start_ms)} to {_ms(one.end_ms)}.",
                ("config", "lowerThirds", str(second), "startMs"),
            )


def _sound(config: ProductionConfig) -> Iterator[ConfigProblem]:
    if config.audio.mode is AudioMode.NORMALIZE:
        yield from _range(config.audio.target_lkfs, TARGET_LKFS, "LKFS", ("config", "audio", "targetLkfs"))


def _outputs(config: ProductionConfig) -> Iterator[ConfigProblem]:
    if config.outputs.max_height is not None:
        path = ("config", "outputs", "maxHeight")
        yield from _range(config.outputs.max_height, MAX_HEIGHT, "pixels", path)


def _poster(config: ProductionConfig, media: ProbedMedia) -> Iterator[ConfigProblem]:
    duration = programme_duration_ms(config, media)
    at = config.poster_at_ms
    if at is not None and not 0 <= at < duration:
        yield _outside(
            f"The poster is taken at {_ms(at)}, but the production lasts {_ms(duration)}.",
            ("config", "posterAtMs"),
        )


def _text(text: str, most: int, path: tuple[str, ...]) -> Iterator[ConfigProblem]:
    if not text.strip():
        yield ConfigProblem(ConfigProblemCode.TEXT_EMPTY, "The text is empty.", path)
    if len(text) > most:
        message = f"The text has {len(text):,} characters; at most {most} are allowed."
        yield ConfigProblem(ConfigProblemCode.TEXT_TOO_LONG, message, path)
    unprintable = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"}), None)
    if unprintable is not None:
        message = f"The text has a character that cannot be drawn (U+{ord(unprintable):04X})."
        yield ConfigProblem(ConfigProblemCode.TEXT_UNPRINTABLE, message, path)


def _range(
    value: float, allowed: tuple[float, float], unit: str, path: tuple[str, ...]
) -> Iterator[ConfigProblem]:
    least, most = allowed
    # A NaN is in no range, so the test must be this way round.
    if not least <= value <= most:
        message = f"{value:,} {unit} is not between {least:,} and {most:,} {unit}."
        yield ConfigProblem(ConfigProblemCode.OUT_OF_RANGE, message, path)


def _outside(message: str, path: tuple[str, ...]) -> ConfigProblem:
    return ConfigProblem(ConfigProblemCode.OUTSIDE_VIDEO, message, path)


def _end_before_start(what: str, start: int, end: int, path: tuple[str, ...]) -> ConfigProblem:
    message = f"{what} ends at {_ms(end)}, which is not after its start at {_ms(start)}."
    return ConfigProblem(ConfigProblemCode.END_BEFORE_START, message, path)


def _end_of(last: int, media: ProbedMedia) -> str:
    if last < media.duration_ms:
        return f"but the kept range ends at {_ms(last)}"
    return f"but the video lasts {_ms(media.duration_ms)}"


def _ms(milliseconds: int) -> str:
    return f"{milliseconds:,} ms".replace(",", " ")
