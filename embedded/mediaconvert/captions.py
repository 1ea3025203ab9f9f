"""Captions: read from WebVTT or SRT files, moved with the pieces of their input, written as WebVTT or, to be
burnt in, as an ASS script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from av.subtitles.subtitle import AssSubtitle

from embedded.mediaconvert.caption_fonts import main_font
from embedded.mediaconvert.caption_style import CaptionStyle, place, style_line
from embedded.mediaconvert.framing import Size
from embedded.mediaconvert.programme import Programme
from embedded.mediaconvert.sources import SourceError

# Of all styles in a text only these are kept (StylePassthrough DISABLED).
OVERRIDE = re.compile(r"\{\\[^}]*\}")
KEPT = re.compile(r"\\([biu])([01])")
MPEGTS_HZ = 90_000
SCRIPT = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
{style}

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
{events}
"""


@dataclass(frozen=True)
class Cue:
    """Seconds from the beginning; `text` in ASS: `\\N` between lines, `{\\b1}`, `{\\i1}`, `{\\u1}`.

    `payload` and `settings` are the text and the places of a WebVTT file as it has them; SRT has none.
    """

    start: Fraction
    end: Fraction
    text: str
    payload: str | None
    settings: str


def read_cues(path: Path) -> list[Cue]:
    """In order of their starts. Raises SourceError 1010 for what is no caption file."""
    path.write_text(_decoded(path.read_bytes()), encoding="utf-8")
    cues = []
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(subtitles=0):
                if packet.pts is None or not packet.duration:
                    continue
                start = Fraction(packet.pts * packet.time_base)
                lines = [line.ass for line in packet.decode() if isinstance(line, AssSubtitle)]
                text = "\\N".join(_text(line) for line in lines)
                end = start + Fraction(packet.duration * packet.time_base)
                if text:
                    is_webvtt = container.format.name == "webvtt"
                    payload = bytes(packet).decode() if is_webvtt else None
                    cues.append(Cue(start, end, text, payload, _settings(packet)))
    except (FFmpegError, IndexError) as error:
        raise SourceError(1010, "Unable to read the captions file.") from error
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def placed_cues(programme: Programme, selector: str, cues: dict[str, list[Cue]]) -> list[Cue]:
    """A selector's captions on the programme's timeline: each input's moved and cut with its pieces. `cues`
    by their file's address."""
    placed = []
    for piece in programme.pieces:
        source = piece.input.captions.get(selector)
        if source is None:
            continue
        first, end = piece.first / programme.rate, piece.end / programme.rate
        moved = piece.offset / programme.rate - first
        for cue in cues[source.uri]:
            start, stop = max(cue.start + source.delta, first), min(cue.end + source.delta, end)
            if start < stop:
                placed.append(replace(cue, start=start + moved, end=stop + moved))
    return placed


def webvtt(cues: Sequence[Cue], *, is_styled: bool, start_pts: int | None = None) -> str:
    """A WebVTT file, places and classes of the source's cues kept when `is_styled`.

    With `start_pts`, a segment of HLS whose time 0 is there on the MPEG clock (RFC 8216, 3.5).
    """
    lines = ["WEBVTT"]
    if start_pts is not None:
        lines.append(f"X-TIMESTAMP-MAP=MPEGTS:{start_pts},LOCAL:00:00:00.000")
    for cue in cues:
        times = f"{_vtt_time(cue.start)} --> {_vtt_time(cue.end)}"
        settings = f" {cue.settings}" if is_styled and cue.settings else ""
        text = cue.payload if is_styled and cue.payload else _vtt_text(cue.text)
        lines += ["", times + settings, text]
    return "\n".join(lines) + "\n"


def cues_between(cues: Sequence[Cue], start: Fraction, end: Fraction) -> list[Cue]:
    """Those that are on at any time from `start` to `end`, with their own times."""
    return [cue for cue in cues if cue.start < end and cue.end > start]


def burn_in_script(cues: Sequence[Cue], style: CaptionStyle, size: Size) -> str:
    """An ASS script for a picture of this size."""
    font = main_font("".join(cue.text for cue in cues), is_traditional=style.is_traditional)
    where = place(style, size)
    events = [
        f"Dialogue: 0,{_ass_time(cue.start)},{_ass_time(cue.end)},Default,,0,0,0,,{where}{cue.text}"
        for cue in cues
    ]
    return SCRIPT.format(
        width=size[0], height=size[1], style=style_line(style, size, font), events="\n".join(events)
    )


def _decoded(body: bytes) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _settings(packet: Any) -> str:
    found = [data for data in packet.iter_sidedata() if data.data_type == "webvtt_settings"]
    return bytes(found[0]).decode() if found else ""


def _text(dialogue: bytes) -> str:
    """The text of a decoded event; braces that are no override are shown."""
    text = dialogue.decode(errors="replace").split(",", 8)[-1].strip()
    parts = []
    end = 0
    for override in OVERRIDE.finditer(text):
        parts.append(_shown(text[end : override.start()]))
        parts += [f"{{\\{tag}{on}}}" for tag, on in KEPT.findall(override[0])]
        end = override.end()
    return "".join([*parts, _shown(text[end:])])


def _shown(text: str) -> str:
    return text.replace("{", "\\{").replace("}", "\\}")


def _vtt_text(text: str) -> str:
    plain = escape(text, quote=False).replace("\\N", "\n").replace("\\h", " ")
    tagged = re.sub(r"(?<!\\)\{\\([biu])([01])\}", _vtt_tag, plain)
    return tagged.replace("\\{", "{").replace("\\}", "}")


def _vtt_tag(found: re.Match[str]) -> str:
    return f"<{found[1]}>" if found[2] == "1" else f"</{found[1]}>"


def _vtt_time(seconds: Fraction) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"


def _ass_time(seconds: Fraction) -> str:
    whole, hundredths = divmod(round(seconds * 100), 100)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{hundredths:02}"
