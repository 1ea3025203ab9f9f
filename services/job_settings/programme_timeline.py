"""Where things are, in ms, on the finished programme: the title page, then the kept parts of the upload."""

from math import ceil

from services.job_settings.frame_timing import output_rate
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

POSTER_SHARE = 0.1
POSTER_LATEST_MS = 10_000
# A frame asked for in the last moments may not exist: the last one starts before the end, and where the
# source's sound outlasts its picture, earlier still.
POSTER_BEFORE_END_MS = 100
POSTER_BEFORE_END_FRAMES = 2


def kept_ranges(config: ProductionConfig, media: ProbedMedia) -> tuple[tuple[int, int], ...]:
    """Start and end, in ms on the upload's timeline, of each part that is kept, in the order shown."""
    if config.trim is None:
        return ((0, media.duration_ms),)
    return tuple(
        (
            kept.start_ms,
            media.duration_ms if kept.end_ms is None else min(kept.end_ms, media.duration_ms),
        )
        for kept in config.trim.keep
    )


def title_page_ms(config: ProductionConfig) -> int:
    """Length of the title page; 0 without one."""
    return config.title_page.duration_ms if config.title_page else 0


def programme_duration_ms(config: ProductionConfig, media: ProbedMedia) -> int:
    """Length of the finished programme, to the frame."""
    return title_page_ms(config) + sum(end - start for start, end in kept_ranges(config, media))


def poster_at_ms(config: ProductionConfig, media: ProbedMedia) -> int:
    """Where the poster is taken: as asked, or a tenth into the video (10 s at most), after any title page."""
    duration = programme_duration_ms(config, media)
    if config.poster_at_ms is not None:
        before_end = max(POSTER_BEFORE_END_MS, ceil(POSTER_BEFORE_END_FRAMES * 1000 / output_rate(media)))
        return min(config.poster_at_ms, max(0, duration - before_end))
    title = title_page_ms(config)
    return title + min(POSTER_LATEST_MS, round((duration - title) * POSTER_SHARE))
