from itertools import combinations

from services.config_rules.problems import (
    ConfigProblem,
    ConfigProblemCode,
    Problems,
    check_color,
    check_fades,
    check_text,
    end_before_start,
    ms,
    outside,
)
from services.config_rules.trim import DAY_MS
from services.job_settings.programme_timeline import kept_ranges
from services.media.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig

MAX_TEXT = 120
MAX_SUBTEXT = 160
# MediaConvert has 100 overlay layers for an input.
MAX_LOWER_THIRDS = 99
LEAST_SHOWN_MS = 500
LONGEST_FADE_MS = 5000

Ranges = tuple[tuple[int, int], ...]


def lower_third_problems(config: ProductionConfig, media: ProbedMedia, *, trim_is_valid: bool) -> Problems:
    """Each by itself and within what is kept, then those that stand in each other's place."""
    path = ("config", "lowerThirds")
    if len(config.lower_thirds) > MAX_LOWER_THIRDS:
        yield ConfigProblem(
            ConfigProblemCode.TOO_MANY,
            f"There are {len(config.lower_thirds)} lower thirds; at most {MAX_LOWER_THIRDS} are allowed.",
            path,
        )
        return
    kept = kept_ranges(config, media) if trim_is_valid else ((0, media.duration_ms),)
    for index, lower_third in enumerate(config.lower_thirds):
        here = (*path, str(index))
        yield from _looks(lower_third, here)
        yield from _times(lower_third, here)
        yield from _place(lower_third, here, kept, media)
    yield from _overlaps(config.lower_thirds)


def _looks(lower_third: LowerThird, path: tuple[str, ...]) -> Problems:
    yield from check_text(lower_third.text, MAX_TEXT, (*path, "text"))
    if lower_third.subtext is not None:
        yield from check_text(lower_third.subtext, MAX_SUBTEXT, (*path, "subtext"))
    yield from check_color(lower_third.accent, (*path, "accent"))
    yield from check_fades(lower_third.fade_in_ms, lower_third.fade_out_ms, LONGEST_FADE_MS, path)


def _times(lower_third: LowerThird, path: tuple[str, ...]) -> Problems:
    start, end = lower_third.start_ms, lower_third.end_ms
    if end <= start:
        yield end_before_start("The lower third", start, end, (*path, "endMs"))
    elif end - start < LEAST_SHOWN_MS:
        message = f"It is shown for {ms(end - start)}; at least {ms(LEAST_SHOWN_MS)} can be read."
        yield ConfigProblem(ConfigProblemCode.TOO_SHORT, message, (*path, "endMs"))
    elif start >= DAY_MS:
        message = f"It must start before {ms(DAY_MS)}."
        yield ConfigProblem(ConfigProblemCode.OUT_OF_RANGE, message, (*path, "startMs"))


def _place(lower_third: LowerThird, path: tuple[str, ...], kept: Ranges, media: ProbedMedia) -> Problems:
    """All of it within one kept range, since it would jump where another part follows."""
    start, end = lower_third.start_ms, lower_third.end_ms
    holding = [part for part in kept if part[0] <= start < part[1]]
    if not holding:
        yield outside(f"It starts at {ms(start)}, {_why_not(start, kept, media)}.", (*path, "startMs"))
        last = max(last for _, last in kept)
    else:
        last = max(last for _, last in holding)
    if end > last:
        yield outside(f"It ends at {ms(end)}, {_end_of(last, media)}.", (*path, "endMs"))


def _why_not(start: int, kept: Ranges, media: ProbedMedia) -> str:
    """What is wrong with a start that no kept range holds."""
    first, last = min(first for first, _ in kept), max(last for _, last in kept)
    if start < 0:
        return "before the video begins"
    if start < first:
        return f"but the kept range begins at {ms(first)}"
    return _end_of(last, media) if start >= last else "where the video is cut out"


def _end_of(last: int, media: ProbedMedia) -> str:
    if last < media.duration_ms:
        return f"but the kept range ends at {ms(last)}"
    return f"but the video lasts {ms(media.duration_ms)}"


def _overlaps(lower_thirds: tuple[LowerThird, ...]) -> Problems:
    for (first, one), (second, other) in combinations(enumerate(lower_thirds), 2):
        together = other.start_ms < one.end_ms and one.start_ms < other.end_ms
        if together and one.position is other.position:
            yield ConfigProblem(
                ConfigProblemCode.OVERLAP,
                f"It is on from {ms(other.start_ms)} to {ms(other.end_ms)}, while number {first + 1} "
                f"stands in the same place from {ms(one.start_ms)} to {ms(one.end_ms)}.",
                ("config", "lowerThirds", str(second), "startMs"),
            )
