"""How much a job has to encode, read off its own request, so that an estimate never differs from the job."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class PlannedOutput:
    """One output that is encoded: size in pixels and frames/s (all 0 for sound alone)."""

    width: int
    height: int
    frame_rate: Fraction
    is_normalized: bool

    @property
    def has_video(self) -> bool:
        return self.width > 0

    @property
    def lines(self) -> int:
        """By which AWS prices it: the shorter edge, since it does not say that portrait costs more."""
        return min(self.width, self.height)

    def megapixels(self, duration_ms: int) -> float:
        """Of all its frames together."""
        frames = self.frame_rate * duration_ms / 1000
        return float(self.width * self.height * frames) / 1e6


def planned_outputs(job: dict[str, Any]) -> list[PlannedOutput]:
    """The encoded outputs of a CreateJob request. Stills and caption tracks are left out: they cost next to
    nothing to make, and AWS names no price for them."""
    outputs = [output for group in job["Settings"]["OutputGroups"] for output in group["Outputs"]]
    planned = (_planned(output) for output in outputs)
    return [output for output in planned if output is not None]


def _planned(output: dict[str, Any]) -> PlannedOutput | None:
    sounds = output.get("AudioDescriptions", ())
    is_normalized = any("AudioNormalizationSettings" in sound for sound in sounds)
    video = output.get("VideoDescription")
    if video is None:
        return PlannedOutput(0, 0, Fraction(0), is_normalized) if sounds else None
    encoder = video["CodecSettings"].get("H264Settings")
    if encoder is None:
        return None
    rate = Fraction(encoder["FramerateNumerator"], encoder["FramerateDenominator"])
    return PlannedOutput(video["Width"], video["Height"], rate, is_normalized)
