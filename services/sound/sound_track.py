"""Where the sound of a file lies on the timeline of its pictures."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av

from services.media.media_container import ALLOWED_CONTAINERS
from services.media.media_source import open_source

if TYPE_CHECKING:
    from av.container import InputContainer


class SoundUnreadable(Exception):
    """The file has no sound that can be decoded; the text is for people."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(message)
        self.source = source


@dataclass(frozen=True)
class SoundTrack:
    """The first sound track of a path or URL.

    `zero` is what the file's own clock shows, in seconds, at time zero of the upload: its first picture,
    which MediaConvert calls 00:00:00:00 (TimecodeSource ZEROBASED); without pictures, its first sound.
    """

    source: str
    zero: Fraction
    channels: int


def find_sound(source: str) -> SoundTrack:
    """Blocking, so call it in a thread. Raises SoundUnreadable; SourceMissing or OSError as `open_source`."""
    with open_source(source) as file:
        options = {"format_whitelist": ALLOWED_CONTAINERS, "protocol_whitelist": "none"}
        try:
            with av.open(file, "r", options=options) as container:
                return _track(container, source)
        except (av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError) as error:
            raise SoundUnreadable(source, f"The file cannot be opened ({error.strerror}).") from error


def _track(container: "InputContainer", source: str) -> SoundTrack:
    audio = next((stream for stream in container.streams.audio if stream.codec_context), None)
    if audio is None:
        raise SoundUnreadable(source, "It has no sound.")
    cover = av.stream.Disposition.attached_pic
    pictures = [stream for stream in container.streams.video if not stream.disposition & cover]
    first = pictures[0] if pictures else audio
    start = (first.start_time or 0) * (first.time_base or Fraction(1, av.time_base))
    return SoundTrack(source=source, zero=Fraction(start), channels=audio.codec_context.channels)
