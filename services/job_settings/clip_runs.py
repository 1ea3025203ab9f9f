"""The kept parts of an upload, dealt out to as few inputs as MediaConvert allows.

The clips of one input must be in order and apart: each must start after the one before has ended (User
Guide, "setting up an assembly workflow job"). A part that is shown out of order, or twice, begins another
input of the same file.
"""

from services.job_settings.frame_timing import frame_at, input_rate, timecode
from services.job_settings.programme_timeline import kept_ranges
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

Run = tuple[tuple[int, int], ...]


def clip_runs(config: ProductionConfig, media: ProbedMedia) -> tuple[Run, ...]:
    """For each input, the start and end of its parts in ms on the upload's timeline, in the order shown."""
    runs: list[Run] = []
    for kept in kept_ranges(config, media):
        if runs and _follows(kept, runs[-1][-1], media):
            runs[-1] = (*runs[-1], kept)
        else:
            runs.append((kept,))
    return tuple(runs)


def input_clippings(run: Run, media: ProbedMedia) -> list[dict[str, str]]:
    """Start and end timecode of each part, whose end frame is itself included; none when all is kept."""
    if run == ((0, media.duration_ms),):
        return []
    return [_clipping(start, end, media) for start, end in run]


def _clipping(start: int, end: int, media: ProbedMedia) -> dict[str, str]:
    """An edge left open is the upload's own; of a part of an upload only one can be."""
    rate = input_rate(media)
    clipping = {}
    if start > 0:
        clipping["StartTimecode"] = timecode(frame_at(start, rate), rate)
    if end < media.duration_ms:
        clipping["EndTimecode"] = timecode(max(0, frame_at(end, rate) - 1), rate)
    return clipping


def _follows(kept: tuple[int, int], before: tuple[int, int], media: ProbedMedia) -> bool:
    """Whether a clip may stand behind another in one input; timecodes compare as text."""
    ended = _clipping(*before, media).get("EndTimecode")
    starts = _clipping(*kept, media).get("StartTimecode")
    return ended is not None and starts is not None and starts > ended
