from services.config_rules.problems import (
    ConfigProblem,
    ConfigProblemCode,
    Problems,
    end_before_start,
    ms,
    outside,
)
from services.job_settings.programme_timeline import kept_ranges
from services.media.probed_media import ProbedMedia
from services.production_config import KeptRange, ProductionConfig

MAX_KEPT_RANGES = 50
LEAST_KEPT_MS = 1000
# MediaConvert takes clips of less than 12 hours (User Guide, "setting up an assembly workflow job"); edges
# move by half a frame, and a frame may last a second.
LONGEST_KEPT_MS = 12 * 3600 * 1000 - 1001
# Its timecodes have two digits for the hour.
DAY_MS = 24 * 3600 * 1000


def trim_problems(config: ProductionConfig, media: ProbedMedia) -> Problems:
    """Each kept range by itself, then all together. They may overlap and repeat, in any order."""
    if config.trim is None:
        return
    path = ("config", "trim", "keep")
    keep = config.trim.keep
    if not 1 <= len(keep) <= MAX_KEPT_RANGES:
        message = f"There are {len(keep)} kept ranges; 1 to {MAX_KEPT_RANGES} are allowed."
        yield ConfigProblem(ConfigProblemCode.TOO_MANY, message, path)
        return
    problems = [
        problem
        for index, kept in enumerate(keep)
        for problem in _kept_range(kept, (*path, str(index)), media)
    ]
    yield from problems
    ranges = kept_ranges(config, media)
    lasts = sum(end - start for start, end in ranges)
    if not problems and ranges != ((0, media.duration_ms),) and lasts > LONGEST_KEPT_MS:
        message = f"The kept ranges last {ms(lasts)} together; {ms(LONGEST_KEPT_MS)} are allowed."
        yield ConfigProblem(ConfigProblemCode.TOO_LONG, message, path)


def _kept_range(kept: KeptRange, path: tuple[str, ...], media: ProbedMedia) -> Problems:
    start, lasts = kept.start_ms, media.duration_ms
    end = lasts if kept.end_ms is None else kept.end_ms
    if start < 0:
        yield outside(f"The kept range starts at {ms(start)}, before the video begins.", (*path, "startMs"))
    elif start >= lasts:
        message = f"The kept range starts at {ms(start)}, but the video lasts {ms(lasts)}."
        yield outside(message, (*path, "startMs"))
    elif end <= start:
        yield end_before_start("The kept range", start, end, (*path, "endMs"))
    elif end > lasts:
        message = f"The kept range ends at {ms(end)}, but the video lasts {ms(lasts)}."
        yield outside(message, (*path, "endMs"))
    elif end - start < LEAST_KEPT_MS:
        message = f"The kept range lasts {ms(end - start)}; it must last at least {ms(LEAST_KEPT_MS)}."
        yield ConfigProblem(ConfigProblemCode.TOO_SHORT, message, path)
    elif start >= DAY_MS or (end < lasts and end >= DAY_MS):
        message = f"Its edges must lie before {ms(DAY_MS)}."
        yield ConfigProblem(ConfigProblemCode.OUT_OF_RANGE, message, path)
