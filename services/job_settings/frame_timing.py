"""Frame rates and the `HH:MM:SS:FF` timecodes MediaConvert counts in (zero-based, non-drop-frame)."""

from fractions import Fraction
from math import floor

from services.media.probed_media import ProbedMedia

USUAL_RATES = (
    *(Fraction(rate) for rate in (10, 12, 15, 20)),
    Fraction(25, 2),
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
)
# MediaConvert's own steps for a variable rate: the average, rounded up (User Guide,
# "using variable frame rate inputs").
VARIABLE_RATE_STEPS = (1, 5, 10, 15, 24, 30, 50, 60)
# Half the distance between 24000/1001 and 24: a container that says 23.98 or 29.97 means the exact rate.
SNAP = Fraction(1, 2000)


def usual_rate(rate: Fraction) -> Fraction | None:
    """The exact usual rate (frames/s) this one stands for, or None."""
    return next((usual for usual in USUAL_RATES if abs(rate - usual) <= usual * SNAP), None)


def output_rate(media: ProbedMedia) -> Fraction:
    """Frames/s of everything rendered: the source's when usual, halved above 60, else the next usual step."""
    rate = media.frame_rate
    if not media.variable_frame_rate:
        exact = usual_rate(rate) or (usual_rate(rate / 2) if rate > 60 else None)
        if exact is not None:
            return exact
    return Fraction(next((step for step in VARIABLE_RATE_STEPS if rate <= step * (1 + SNAP)), 60))


def input_rate(media: ProbedMedia) -> Fraction:
    """Frames/s the upload's timecodes count in."""
    if media.variable_frame_rate:
        return output_rate(media)
    return usual_rate(media.frame_rate) or media.frame_rate


def frame_at(at_ms: int, rate: Fraction) -> int:
    """Index of the frame nearest to a moment; halfway between two it is the later, always, so that moments
    a frame apart are never on the same one."""
    return floor(Fraction(at_ms, 1000) * rate + Fraction(1, 2))


def timecode(frame: int, rate: Fraction, highest_frame: int = 99) -> str:
    """`HH:MM:SS:FF` of a frame, counted in the nominal rate: 29.97 counts 30 frames to its "second".

    FF has two digits (and ends at 59 in an overlay's start), so at higher rates the last frames of a second
    fall together on `highest_frame`.
    """
    nominal = max(1, round(rate))
    seconds, frames = divmod(frame, nominal)
    frames = min(frames, highest_frame)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"
