"""What an input file is, as far as a render must know."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError

from embedded.mediaconvert.colour import Colour

# A variable rate's average is rounded up to one of these (User Guide, "using variable frame rate inputs").
VARIABLE_RATE_STEPS = (1, 5, 10, 15, 24, 30, 50, 60)
RATE_TOLERANCE = Fraction(1, 50)
# Containers whose index leads ffmpeg to the exact frame; in others it reads from the beginning.
SEEKABLE = ("mov", "matroska", "wav")
# ffmpeg counts these from the earliest stream in use (AVFMT_TS_DISCONT), others from the earliest of all.
COUNTED_FROM_USED = ("mpegts", "mpeg")
# Formats that name other files, which may be anybody's on this machine.
LISTS = ("hls", "dash", "concat", "imf", "sdp")
FIELDS_LOOKED_AT = 8


class SourceError(Exception):
    """An input that cannot be rendered, with MediaConvert's error code for it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class AudioTrack:
    """`start` in seconds on the file's own clock; `seconds` None where the file does not tell."""

    codec: str
    channels: int
    sample_rate: int
    start: Fraction
    seconds: Fraction | None


@dataclass(frozen=True)
class Source:
    """`width` and `height` as shown: turned upright, with square pixels, even. Times in seconds.

    `frame_rate` is what its timecodes count in; None where frames come unevenly. `start` is the first
    picture's time on the file's own clock, which is what the render counts from.
    """

    path: Path
    width: int
    height: int
    rotation: int
    seconds: Fraction
    start: Fraction
    file_start: Fraction
    format: str
    average_rate: Fraction | None
    is_variable: bool
    video_codec: str
    pixel_format: str
    is_shown_as_stored: bool
    colour: Colour
    is_interlaced: bool
    tracks: tuple[AudioTrack, ...]

    @property
    def frame_rate(self) -> Fraction:
        average = self.average_rate or Fraction(30)
        if not self.is_variable:
            return average
        steps = (step for step in VARIABLE_RATE_STEPS if average <= step * (1 + RATE_TOLERANCE / 40))
        return Fraction(next(steps, VARIABLE_RATE_STEPS[-1]))

    @property
    def audio_codec(self) -> str | None:
        return self.tracks[0].codec if self.tracks else None

    @property
    def audio_channels(self) -> int:
        return self.tracks[0].channels if self.tracks else 0

    @property
    def audio_sample_rate(self) -> int:
        return self.tracks[0].sample_rate if self.tracks else 0

    @property
    def is_seekable(self) -> bool:
        return self.format.startswith(SEEKABLE)

    def sound_end(self, track: int) -> Fraction | None:
        """When a track ends, in seconds after the first picture."""
        heard = self.tracks[track]
        return None if heard.seconds is None else heard.start + heard.seconds - self.start

    def lead(self, tracks: Iterable[int], *, is_seen: bool) -> Fraction:
        """How long after ffmpeg's zero the first picture is, with these tracks (from 0) in use."""
        if self.format not in COUNTED_FROM_USED:
            return self.start - self.file_start
        used = [self.tracks[track].start for track in tracks if track < len(self.tracks)]
        return self.start - min([*used, self.start] if is_seen or not used else used)


@dataclass(frozen=True)
class SoundFile:
    """A file that is only listened to."""

    path: Path
    channels: int
    is_seekable: bool


def read_source(path: Path, *, rotate: int | None) -> Source:
    """`rotate` in degrees clockwise, None for as the file says.

    Raises SourceError: 1010 for what is no media, 1020 without a picture, 1030 for a list of files, 1076
    for a damaged file.
    """
    with _opened(path) as container:
        if not container.streams.video:
            raise SourceError(1020, "The input has no video stream.")
        return _described(container, path, rotate)


def read_sound_file(path: Path) -> SoundFile:
    """Raises SourceError: 1010 for what is no media, 1021 without sound, 1030 for a list of files."""
    with _opened(path) as container:
        if not container.streams.audio:
            raise SourceError(1021, "The external audio file has no audio stream.")
        channels = container.streams.audio[0].codec_context.channels
        return SoundFile(path, channels, container.format.name.startswith(SEEKABLE))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with av.open(str(path)) as container:
            if container.format.name in LISTS:
                raise SourceError(
                    1030, f"A list of files ({container.format.name}) is no input on this machine."
                )
            yield container
    except InvalidDataError as error:
        raise SourceError(1010, f"Unable to open input file: {error.strerror}") from error
    except (FFmpegError, StopIteration) as error:
        raise SourceError(1076, "The input is damaged, or its end is missing.") from error


def _described(container: Any, path: Path, rotate: int | None) -> Source:
    video = container.streams.video[0]
    frames = list(islice(container.decode(video), FIELDS_LOOKED_AT))
    if not frames:
        raise SourceError(1076, "The input is damaged, or its end is missing.")
    frame = frames[0]
    rotation = (-round(frame.rotation)) % 360 if rotate is None else rotate
    rotation = rotation if rotation in (90, 180, 270) else 0
    aspect = video.sample_aspect_ratio or Fraction(1)
    width, height = round(video.width * aspect), video.height
    if rotation in (90, 270):
        width, height = height, width
    return Source(
        path=path,
        width=width - width % 2,
        height=height - height % 2,
        rotation=rotation,
        seconds=_seconds(container, video),
        start=_start(video),
        file_start=Fraction(container.start_time or 0, av.time_base),
        format=container.format.name,
        average_rate=_exact_rate(video),
        is_variable=_is_variable(video),
        video_codec=video.codec_context.name,
        pixel_format=frame.format.name,
        is_shown_as_stored=aspect == 1 and not (video.width % 2 or video.height % 2),
        colour=Colour.of(frame),
        is_interlaced=any(frame.interlaced_frame for frame in frames),
        tracks=tuple(_track(audio) for audio in container.streams.audio),
    )


def _track(audio: Any) -> AudioTrack:
    codec = audio.codec_context
    seconds = Fraction(audio.duration * audio.time_base) if audio.duration else None
    return AudioTrack(codec.name, codec.channels, codec.sample_rate, _start(audio), seconds)


def _start(stream: Any) -> Fraction:
    return Fraction((stream.start_time or 0) * stream.time_base)


def _exact_rate(video: Any) -> Fraction | None:
    """The container's nominal rate where its average agrees: the last frame's length blurs the average."""
    average, nominal = video.average_rate, video.base_rate
    if average and nominal and abs(average - nominal) <= nominal * RATE_TOLERANCE:
        return Fraction(nominal)
    return Fraction(average) if average else None


def _is_variable(video: Any) -> bool:
    average, nominal = video.average_rate, video.base_rate
    return bool(average and nominal and abs(average - nominal) > nominal * RATE_TOLERANCE)


def _seconds(container: Any, video: Any) -> Fraction:
    if video.duration:
        return Fraction(video.duration * video.time_base)
    if container.duration:
        return Fraction(container.duration, av.time_base)
    raise SourceError(1010, "The input does not tell how long it lasts.")
