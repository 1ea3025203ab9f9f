"""How long a video lasts and how its frames are spaced, from packets at its beginning and its end."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from statistics import median
from typing import TYPE_CHECKING

import av

from models.statuses import UploadRejectionCode
from services.media.media_rejected import MediaRejected

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

SAMPLED_PACKETS = 300
TAIL_SECONDS = 3
# A phone's clock jitters by a few ticks; half as long again is another rate.
SPACING_TOLERANCE = 0.2
RATE_TOLERANCE = Fraction(1, 50)
UNKNOWN_RATE = Fraction(30)
# One rate for the whole file, by the format's definition; times of its B-frames are guesses.
CONSTANT_RATE_CONTAINERS = {"avi"}


@dataclass(frozen=True)
class FrameSpacing:
    """`last_frame_ms` is where the last readable frame starts; `frame_rate` in frames/s, exact."""

    duration_ms: int
    last_frame_ms: int
    frame_rate: Fraction
    variable: bool


def measure_spacing(container: "InputContainer", stream: "VideoStream") -> FrameSpacing:
    """Duration, rate and whether the rate varies; raises MediaRejected when there are no frames."""
    start = _start(stream)
    container.seek(start, stream=stream)
    head = _frame_times(container, stream, SAMPLED_PACKETS)
    declared = _declared_seconds(container, stream)
    if declared is None:
        # Browser recordings carry no duration: read on to the end.
        tail = head + _frame_times(container, stream, None)
    else:
        beginning_of_end = max(Fraction(0), declared - TAIL_SECONDS)
        container.seek(start + int(beginning_of_end / _time_base(stream)), stream=stream)
        tail = _frame_times(container, stream, None)
    if not head or not tail:
        raise MediaRejected(
            UploadRejectionCode.TRUNCATED,
            "The file is incomplete: pictures of its beginning or end are missing.",
        )
    spacing = _median_spacing(head)
    last = max(tail) - min(head)
    duration = declared if declared is not None else last + (spacing or 0)
    rate = _rate(stream, spacing, len(tail) / duration if declared is None and duration else None)
    uneven = _uneven(head) or _uneven(tail) or _differs(spacing, stream.average_rate)
    # Where a few frames are missing only, the gaps are filled and timecodes still count in the nominal rate.
    gaps_are_few = _agree(stream.average_rate, stream.base_rate)
    variable = uneven and not gaps_are_few and container.format.name not in CONSTANT_RATE_CONTAINERS
    return FrameSpacing(max(1, round(duration * 1000)), round(last * 1000), rate, variable)


def _start(stream: "VideoStream") -> int:
    return stream.start_time or 0


def _time_base(stream: "VideoStream") -> Fraction:
    return stream.time_base or Fraction(1, av.time_base)


def _declared_seconds(container: "InputContainer", stream: "VideoStream") -> Fraction | None:
    if stream.duration:
        return stream.duration * _time_base(stream)
    if container.duration:
        return Fraction(container.duration, av.time_base)
    return None


def _frame_times(container: "InputContainer", stream: "VideoStream", most: int | None) -> list[Fraction]:
    """Times, in seconds, of the next packets; stops early where the file is damaged."""
    shown: list[int | None] = []
    decoded: list[int] = []
    try:
        for packet in islice(container.demux(stream), most):
            if packet.dts is not None and not packet.is_corrupt:
                shown.append(packet.pts)
                decoded.append(packet.dts)
    except av.error.InvalidDataError:
        # What was read so far is what there is; the caller compares it with the declared duration.
        decoded = decoded[: len(shown)]
    presented = [time for time in shown if time is not None]
    # AVI knows no presentation times for frames that are shown out of order.
    times = presented if len(presented) == len(shown) else decoded
    return [time * _time_base(stream) for time in times]


def _spacings(times: list[Fraction]) -> list[Fraction]:
    """Steps between frames in display order; the last ones sampled may still lack a neighbour."""
    ordered = sorted(set(times))
    return [after - before for before, after in pairwise(ordered)][:-4] or [
        after - before for before, after in pairwise(ordered)
    ]


def _median_spacing(times: list[Fraction]) -> Fraction | None:
    spacings = _spacings(times)
    return median(spacings) if spacings else None


def _uneven(times: list[Fraction]) -> bool:
    spacings = _spacings(times)
    if len(spacings) < 2:
        return False
    usual = median(spacings)
    return any(abs(spacing - usual) > usual * Fraction(SPACING_TOLERANCE) for spacing in spacings)


def _differs(spacing: Fraction | None, average: Fraction | None) -> bool:
    """Whether the beginning runs at another rate than the whole."""
    return bool(spacing and average and abs(1 / spacing - average) > average * RATE_TOLERANCE)


def _rate(stream: "VideoStream", spacing: Fraction | None, counted: Fraction | None) -> Fraction:
    """The container's nominal rate where its average agrees: the last frame's length blurs the average."""
    measured = counted or (1 / spacing if spacing else UNKNOWN_RATE)
    average = Fraction(stream.average_rate or measured)
    nominal = Fraction(stream.base_rate or average)
    return (nominal if _agree(average, nominal) else average).limit_denominator(100_000)


def _agree(average: Fraction | None, nominal: Fraction | None) -> bool:
    return bool(average and nominal and abs(average - nominal) <= nominal * RATE_TOLERANCE)
