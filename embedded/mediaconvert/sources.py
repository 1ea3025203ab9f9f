"""What an input file is, as far as a render must know."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError

# ITU-T H.273: 16 is PQ, 18 is HLG.
HDR_TRANSFERS = (16, 18)


class SourceError(Exception):
    """An input that cannot be rendered, with MediaConvert's error code for it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Source:
    """`width` and `height` as shown: turned upright, with square pixels. `frames` at the programme's rate."""

    path: Path
    width: int
    height: int
    rotation: int
    frames: int
    frame_rate: Fraction
    video_codec: str
    audio_codec: str | None
    audio_channels: int
    audio_sample_rate: int
    is_hdr: bool
    is_interlaced: bool


def read_source(path: Path, *, is_rotated: bool, rate: Fraction) -> Source:
    """Raises SourceError: 1010 for what is no media, 1020 without a picture."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise SourceError(1020, "The input has no video stream.")
            return _described(container, path, is_rotated, rate)
    except InvalidDataError as error:
        raise SourceError(1010, f"Unable to open input file: {error.strerror}") from error
    except (FFmpegError, StopIteration) as error:
        raise SourceError(1076, "The input is damaged, or its end is missing.") from error


def _described(container: Any, path: Path, is_rotated: bool, rate: Fraction) -> Source:
    video = container.streams.video[0]
    audio = container.streams.audio[0] if container.streams.audio else None
    frame = next(container.decode(video))
    rotation = (-round(frame.rotation)) % 360 if is_rotated else 0
    aspect = video.sample_aspect_ratio or Fraction(1)
    width, height = round(video.width * aspect), video.height
    if rotation in (90, 270):
        width, height = height, width
    return Source(
        path=path,
        width=width - width % 2,
        height=height - height % 2,
        rotation=rotation,
        frames=round(_seconds(container, video) * rate),
        frame_rate=video.average_rate or rate,
        video_codec=video.codec_context.name,
        audio_codec=audio.codec_context.name if audio else None,
        audio_channels=audio.codec_context.channels if audio else 0,
        audio_sample_rate=audio.codec_context.sample_rate if audio else 0,
        is_hdr=int(frame.color_trc or 0) in HDR_TRANSFERS,
        is_interlaced=bool(frame.interlaced_frame),
    )


def _seconds(container: Any, video: Any) -> Fraction:
    if video.duration:
        return Fraction(video.duration * video.time_base)
    if container.duration:
        return Fraction(container.duration, av.time_base)
    raise SourceError(1010, "The input does not tell how long it lasts.")
