"""Reads WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format") and SubRip, which has no standard.

Both are time spans with lines of text below them. WebVTT's text ends at an empty line; SubRip's goes on to
the next span, because people put empty lines into it. What a player would pass over in silence, and with it
somebody's words, is refused here with its line.
"""

import re
from collections.abc import Iterator, Sequence

from services.captions.captions import Captions, CaptionsFormat, CaptionsInvalid, Cue
from services.captions.cue_text import cue_text, settings_of_pad
from services.captions.decode_text import NEWLINE, decode_text

HEADER = re.compile(r"WEBVTT(?:[ \t].*)?")
ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t].*)?")
TIME = r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]{1,9}))?"
SPAN = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(?:\s+(.*))?")
# "10:00 - 11:00" may well be somebody's words.
LIKE_A_SPAN = re.compile(
    r"\s*-?[0-9]+:[0-9]{2}[0-9:]*(?:[.,][0-9]{3}\s*\W{1,3}\s*[0-9]+:[0-9]{2}|[.,0-9]*\s*[-–—=]{0,3}>)"
    r"|\s*-?[0-9:.,]+\s*-->|.*-->\s*-?[0-9]+:[0-9]{2}"
)
LONGEST_SPAN = 300
EXAMPLE = {
    CaptionsFormat.WEBVTT: "00:00:01.000 --> 00:00:04.000",
    CaptionsFormat.SRT: "00:00:01,000 --> 00:00:04,000",
}
PERCENT = r"[0-9]{1,3}(?:\.[0-9]+)?%"
SETTING = re.compile(
    rf"vertical:(?:rl|lr)|line:(?:-?[0-9]{{1,4}}|{PERCENT})(?:,(?:start|center|end))?"
    rf"|position:{PERCENT}(?:,(?:line-left|center|line-right))?|size:{PERCENT}"
    r"|align:(?:start|center|end|left|right)"
)


def read_captions(body: bytes) -> Captions:
    """The cues of a WebVTT or SubRip file in any usual encoding; raises CaptionsInvalid.

    Cues without text, or that last no time, show nothing and are left out.
    """
    lines = NEWLINE.split(decode_text(body))
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    format = CaptionsFormat.WEBVTT if HEADER.fullmatch(lines[first]) else CaptionsFormat.SRT
    spans = dict(_spans(lines, format))
    if format is CaptionsFormat.WEBVTT:
        _refuse_text_without_span(lines, first, spans)
    cues = tuple(_cues(lines, spans, format))
    if not cues:
        raise CaptionsInvalid("The file has no captions: no time span with a text below it was found.")
    return Captions(format, tuple(sorted(cues, key=lambda cue: cue.start_ms)))


def _spans(lines: Sequence[str], format: CaptionsFormat) -> Iterator[tuple[int, re.Match[str]]]:
    """The lines that are time spans, by their index."""
    is_aside = False
    for index, line in enumerate(lines):
        if not line.strip():
            is_aside = False
            continue
        before = lines[index - 1].strip() if index else ""
        is_aside = is_aside or (
            format is CaptionsFormat.WEBVTT and not before and bool(ASIDE.fullmatch(line))
        )
        if len(line) > LONGEST_SPAN:
            continue
        span = SPAN.fullmatch(line)
        if span is not None:
            is_aside = False
            yield index, span
        elif not is_aside and LIKE_A_SPAN.match(line):
            message = f"Line {index + 1} is not a time span such as {EXAMPLE[format]}: “{line.strip()[:60]}”."
            raise CaptionsInvalid(message, index + 1)


def _cues(lines: Sequence[str], spans: dict[int, re.Match[str]], format: CaptionsFormat) -> Iterator[Cue]:
    ends = [*spans, len(lines)][1:]
    for (index, span), end in zip(spans.items(), ends, strict=True):
        start_ms, end_ms = (_milliseconds(span.groups()[n : n + 4], index) for n in (0, 4))
        if end_ms < start_ms:
            raise CaptionsInvalid(
                f"Line {index + 1} ends before it starts: “{span[0].strip()[:60]}”.", index + 1
            )
        shown = lines[index + 1 : end]
        if format is CaptionsFormat.WEBVTT:
            shown = shown[: next((n for n, line in enumerate(shown) if not line.strip()), len(shown))]
        elif end < len(lines) and shown and shown[-1].strip().isdecimal():
            shown = shown[:-1]
        text = cue_text(shown, format)
        if text and end_ms > start_ms:
            yield Cue(start_ms, end_ms, text, _settings(span[9] or "", shown, format))


def _settings(written: str, shown: Sequence[str], format: CaptionsFormat) -> str:
    """Of WebVTT those that are right, each once; a region goes with its block."""
    if format is CaptionsFormat.SRT:
        return settings_of_pad(shown)
    right = [setting for setting in written.split() if SETTING.fullmatch(setting)]
    return " ".join({setting.partition(":")[0]: setting for setting in right}.values())


def _milliseconds(time: Sequence[str | None], index: int) -> int:
    hours, minutes, seconds = (int(part or 0) for part in time[:3])
    if minutes > 59 or seconds > 59:
        message = f"Line {index + 1} has a time with more than 59 minutes or seconds."
        raise CaptionsInvalid(message, index + 1)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((time[3] or "")[:3].ljust(3, "0"))


def _refuse_text_without_span(lines: Sequence[str], header: int, spans: dict[int, re.Match[str]]) -> None:
    """Raise CaptionsInvalid for a block that is no cue, no note and no style; lone numbers are leftovers."""
    start: int | None = header
    for index in range(header, len(lines) + 1):
        if index < len(lines) and lines[index].strip():
            start = index if start is None else start
            continue
        if start is not None and start != header and not _is_known(lines[start:index], start, spans):
            message = f"Line {start + 1} is text without a time span: “{lines[start].strip()[:60]}”."
            raise CaptionsInvalid(message, start + 1)
        start = None


def _is_known(block: Sequence[str], start: int, spans: dict[int, re.Match[str]]) -> bool:
    if ASIDE.fullmatch(block[0]) or any(index in spans for index in range(start, start + len(block))):
        return True
    return len(block) == 1 and block[0].strip().isdecimal()
