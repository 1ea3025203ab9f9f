from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class ProbedMedia:
    """What a source file turned out to be.

    `width` and `height` are what a viewer sees: after rotation and with square pixels. `rotation` is
    clockwise, in degrees: 0, 90, 180 or 270. `frame_rate` is the average when the rate varies.
    """

    duration_ms: int
    width: int
    height: int
    frame_rate: Fraction
    rotation: int
    video_codec: str
    audio_codec: str | None
    audio_channels: int
    has_audio: bool
    hdr: bool
    interlaced: bool
    variable_frame_rate: bool
    container: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; the frame rate as an exact fraction such as "30000/1001"."""
        return asdict(self) | {"frame_rate": str(self.frame_rate)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProbedMedia":
        """Read what `to_json` wrote."""
        return cls(**value | {"frame_rate": Fraction(value["frame_rate"])})
