"""What a verified file turned out to be, one dataclass for each kind of upload, kept as JSON in its row."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from models.statuses import UploadKind


@dataclass(frozen=True)
class ProbedMedia:
    """What a video file turned out to be.

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


@dataclass(frozen=True)
class ProbedAudio:
    """What a sound file turned out to be; `audio_sample_rate` in Hz."""

    duration_ms: int
    audio_codec: str
    audio_channels: int
    audio_sample_rate: int
    container: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProbedAudio":
        """Read what `to_json` wrote."""
        return cls(**value)


@dataclass(frozen=True)
class ProbedImage:
    """What an image file turned out to be; `width` and `height` as seen, after rotation."""

    width: int
    height: int
    format: str
    """PNG or JPEG."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProbedImage":
        """Read what `to_json` wrote."""
        return cls(**value)


@dataclass(frozen=True)
class ProbedCaptions:
    """What a captions file turned out to be: its cues run from `first_ms` to `last_ms`."""

    format: str
    """webvtt or srt."""
    cue_count: int
    first_ms: int
    last_ms: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProbedCaptions":
        """Read what `to_json` wrote."""
        return cls(**value)


Probed: TypeAlias = ProbedMedia | ProbedAudio | ProbedImage | ProbedCaptions
PROBED: dict[UploadKind, type[Probed]] = {
    UploadKind.VIDEO: ProbedMedia,
    UploadKind.AUDIO: ProbedAudio,
    UploadKind.IMAGE: ProbedImage,
    UploadKind.CAPTIONS: ProbedCaptions,
}


def read_probed(kind: UploadKind, value: dict[str, Any]) -> Probed:
    """The `media` of an upload's row, by the upload's kind."""
    return PROBED[kind].from_json(value)
