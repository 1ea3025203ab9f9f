from collections.abc import Iterable

from services.captions.captions import Cue
from services.captions.read_captions import read_captions


def clean_webvtt(body: bytes) -> str:
    """A WebVTT or SubRip file as WebVTT that every player and encoder takes, to be stored as UTF-8.

    Raises CaptionsInvalid.
    """
    return write_webvtt(read_captions(body).cues)


def write_webvtt(cues: Iterable[Cue]) -> str:
    """The cues as a WebVTT file, in the order given."""
    return "\n".join(["WEBVTT\n", *map(_block, cues)])


def _block(cue: Cue) -> str:
    settings = f" {cue.settings}" if cue.settings else ""
    return f"{_time(cue.start_ms)} --> {_time(cue.end_ms)}{settings}\n{cue.text}\n"


def _time(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
