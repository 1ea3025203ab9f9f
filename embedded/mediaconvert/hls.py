"""The playlists that ffmpeg does not write: the master (RFC 8216) and those of captions."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from embedded.mediaconvert.captions import MPEGTS_HZ, Cue, cues_between, webvtt
from embedded.mediaconvert.image_playlist import write_image_playlist
from embedded.mediaconvert.outputs import Captions, Group, Output

DURATION = re.compile(r"#EXTINF:([\d.]+)")
BYTE_RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)")
SPS_NAL = re.compile(rb"\x00\x00\x01[\x27\x47\x67](...)", re.DOTALL)
AAC_LC = "mp4a.40.2"
SUBTITLES = "subs"
VARIANT = "AUDIO_ONLY_VARIANT_STREAM"


@dataclass(frozen=True)
class RungFacts:
    """Bit/s at most and on average, over whole segments."""

    peak_bandwidth: int
    average_bandwidth: int
    codecs: tuple[str, ...]


def write_playlists(group: Group, folder: Path, seconds: Fraction, cues: Mapping[str, Sequence[Cue]]) -> None:
    """Everything of an HLS group beside its media; `cues` on the programme's timeline by selector."""
    encoded = [output for output in group.outputs if output.is_encoded]
    for output in group.outputs:
        if output.captions:
            placed = cues[output.captions.selector]
            spans = _caption_spans(group, folder, encoded, seconds)
            _write_captions(output.name, output.captions, folder, spans, placed, first_pts(folder, encoded))
    tiles = write_image_playlist(group, folder, seconds)
    _write_master(group, folder, encoded, tiles)


def rung_facts(output: Output, folder: Path) -> RungFacts:
    durations, sizes, names = segments(folder / f"{output.name}.m3u8")
    rates = [size * 8 / duration for size, duration in zip(sizes, durations, strict=True) if duration > 0]
    codecs = [avc_codec(folder / names[0])] if output.picture else []
    codecs += [AAC_LC] if output.sounds else []
    return RungFacts(math.ceil(max(rates)), math.ceil(sum(sizes) * 8 / sum(durations)), tuple(codecs))


def segments(playlist: Path) -> tuple[list[float], list[int], list[str]]:
    """Each segment's length in seconds, its size in bytes, and its file's name."""
    text = playlist.read_text()
    names = [line for line in text.splitlines() if line and not line.startswith("#")]
    durations = [float(told) for told in DURATION.findall(text)]
    ranges = [int(told) for told in BYTE_RANGE.findall(text)]
    return durations, ranges or [(playlist.parent / name).stat().st_size for name in names], names


def avc_codec(segment: Path) -> str:
    """RFC 6381: `avc1.` and profile, constraints and level as the stream's own parameter set says."""
    with segment.open("rb") as file:
        found = SPS_NAL.search(file.read(64 * 1024))
    return f"avc1.{found[1].hex()}" if found else "avc1.640028"


def first_pts(folder: Path, encoded: Sequence[Output]) -> int:
    """Where the programme's first moment is on the segments' MPEG clock."""
    pictured = next((output for output in encoded if output.picture), None)
    if pictured is None:
        return 0
    first = folder / segments(folder / f"{pictured.name}.m3u8")[2][0]
    with av.open(str(first)) as container:
        shown = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        return round(min(shown) * Fraction(container.streams.video[0].time_base or 1) * MPEGTS_HZ)


def _caption_spans(
    group: Group, folder: Path, encoded: Sequence[Output], seconds: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """From and to of every segment: the video's, or long ones."""
    pictured = next((output for output in encoded if output.picture), None)
    if group.caption_seconds is None and pictured:
        lengths = [Fraction(length) for length in segments(folder / f"{pictured.name}.m3u8")[0]]
    else:
        long = Fraction(group.caption_seconds or group.segment_seconds)
        count = max(1, math.ceil(seconds / long))
        lengths = [min(long, seconds - index * long) for index in range(count)]
    ends = [sum(lengths[: index + 1], Fraction(0)) for index in range(len(lengths))]
    return [(end - length, end) for end, length in zip(ends, lengths, strict=True)]


def _write_captions(
    stem: str,
    captions: Captions,
    folder: Path,
    spans: Sequence[tuple[Fraction, Fraction]],
    cues: Sequence[Cue],
    start_pts: int,
) -> None:
    """A cue is in each segment that it is on in, as RFC 8216 asks."""
    longest = max(end - start for start, end in spans)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{math.ceil(longest)}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:1", "#EXT-X-PLAYLIST-TYPE:VOD"]
    for number, (start, end) in enumerate(spans, start=1):
        name = f"{stem}_{number:05}.vtt"
        shown = cues_between(cues, start, end)
        (folder / name).write_text(webvtt(shown, is_styled=captions.is_styled, start_pts=start_pts))
        lines += [f"#EXTINF:{float(end - start):.6f},", name]
    (folder / f"{stem}.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n")


def _write_master(group: Group, folder: Path, encoded: Sequence[Output], image_stream: str | None) -> None:
    alternates = [output for output in encoded if _is_alternate(output)]
    subtitles = [output for output in group.outputs if output.captions]
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_audio_media(output) for output in alternates]
    lines += [_subtitles_media(output, index == 0) for index, output in enumerate(subtitles)]
    for output in encoded:
        if output in alternates:
            continue
        offered = {other.rendition.audio_group for other in alternates}
        for audio in [name for name in output.rendition.audio_sets if name in offered] or [""]:
            sounds = [other for other in alternates if audio and other.rendition.audio_group == audio]
            lines.append(_stream(output, folder, sounds, bool(subtitles)))
            lines.append(f"{output.name}.m3u8")
    if image_stream:
        lines.append(image_stream)
    (folder / f"{group.stem}.m3u8").write_text("\n".join(lines) + "\n")


def _is_alternate(output: Output) -> bool:
    """Sound that goes with other outputs' pictures."""
    return output.picture is None and output.rendition.track_type != VARIANT


def _stream(output: Output, folder: Path, sounds: Sequence[Output], has_subtitles: bool) -> str:
    facts = rung_facts(output, folder)
    beside = [rung_facts(sound, folder) for sound in sounds]
    peak = facts.peak_bandwidth + max((other.peak_bandwidth for other in beside), default=0)
    average = facts.average_bandwidth + max((other.average_bandwidth for other in beside), default=0)
    codecs = dict.fromkeys([*facts.codecs, *(codec for other in beside for codec in other.codecs)])
    attributes = [f"BANDWIDTH={peak}", f"AVERAGE-BANDWIDTH={average}", f'CODECS="{",".join(codecs)}"']
    if output.picture:
        width, height = output.picture.size
        attributes += [f"RESOLUTION={width}x{height}", f"FRAME-RATE={float(output.picture.rate):.3f}"]
    if sounds:
        attributes.append(f'AUDIO="{sounds[0].rendition.audio_group}"')
    if has_subtitles:
        attributes.append(f'SUBTITLES="{SUBTITLES}"')
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


def _audio_media(output: Output) -> str:
    kind = output.rendition.track_type or "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT"
    (sound, *_) = output.sounds
    return _media(
        "AUDIO",
        output.rendition.audio_group or "audio",
        sound.label or sound.language or output.name,
        sound.language,
        is_default=kind == "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT",
        is_selected=kind != "ALTERNATE_AUDIO_NOT_AUTO_SELECT",
        uri=f"{output.name}.m3u8",
        more=[f'CHANNELS="{sound.aac.channels}"'],
    )


def _subtitles_media(output: Output, is_first: bool) -> str:
    captions = output.captions
    label = captions.label or captions.language if captions else ""
    return _media(
        "SUBTITLES",
        SUBTITLES,
        label or output.name,
        captions.language if captions else "",
        is_default=is_first,
        is_selected=True,
        uri=f"{output.name}.m3u8",
        more=["FORCED=NO"],
    )


def _media(
    kind: str,
    group: str,
    name: str,
    language: str,
    *,
    is_default: bool,
    is_selected: bool,
    uri: str,
    more: Sequence[str],
) -> str:
    attributes = [f"TYPE={kind}", f'GROUP-ID="{group}"', f'NAME="{_unquoted(name)}"']
    if language:
        attributes.append(f'LANGUAGE="{language}"')
    attributes += [f"DEFAULT={'YES' if is_default else 'NO'}", f"AUTOSELECT={'YES' if is_selected else 'NO'}"]
    attributes += [*more, f'URI="{uri}"']
    return f"#EXT-X-MEDIA:{','.join(attributes)}"


def _unquoted(name: str) -> str:
    """A quoted string of a playlist holds neither quotes nor line ends."""
    return re.sub(r'["\r\n]+', " ", name)
