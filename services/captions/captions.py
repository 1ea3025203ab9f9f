from dataclasses import dataclass
from enum import StrEnum


class CaptionsFormat(StrEnum):
    """The values are the words of `ProbedCaptions.format`."""

    WEBVTT = "webvtt"
    SRT = "srt"


@dataclass(frozen=True)
class Cue:
    """Shown from `start_ms` up to `end_ms`.

    `text` is WebVTT cue text: its tags are closed, other `<`, `>` and `&` are escaped, no line is empty.
    `settings` are WebVTT's cue settings, such as `line:0 align:start`; empty for the usual place.
    """

    start_ms: int
    end_ms: int
    text: str
    settings: str = ""


@dataclass(frozen=True)
class Captions:
    """A file's cues, at least one, by their start; cues may overlap."""

    format: CaptionsFormat
    cues: tuple[Cue, ...]


class CaptionsInvalid(Exception):
    """Not captions, or broken at `line`, counted from 1 (None: as a whole); the text is for people."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line
