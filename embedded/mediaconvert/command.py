"""The ffmpeg command of a job: one process, one decoding, every output.

Whatever outputs have in common is made once: two with the same picture are scaled once, and two with the same
encoding (an HLS rung and an MP4, the sound of several rungs) are encoded once and written by ffmpeg's tee.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from embedded.mediaconvert.encodings import H264
from embedded.mediaconvert.filter_graph import FilterGraph
from embedded.mediaconvert.outputs import Group, Mix, Output, Picture, Sound
from embedded.mediaconvert.pictures import add_capture, add_output, add_programme, add_thumbnails
from embedded.mediaconvert.sounds import Correction, add_mix

QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y")
PROGRESS = ("-progress", "pipe:1", "-stats_period", "0.5")
JPEG_SCALE = 31
THUMBNAIL_QUALITY = "5"
# What ffmpeg gives a transport stream that is not written by tee.
MUX_DELAY_MICROSECONDS = "700000"


@dataclass
class _Encodings:
    """Each encoding of a job once, in the order of ffmpeg's streams."""

    videos: list[tuple[Picture, H264]] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)

    @classmethod
    def of(cls, outputs: Sequence[Output]) -> "_Encodings":
        videos = [(output.picture, output.h264) for output in outputs if output.picture and output.h264]
        sounds = [sound for output in outputs for sound in output.sounds]
        return cls(list(dict.fromkeys(videos)), list(dict.fromkeys(sounds)))

    def streams(self, output: Output) -> list[str]:
        """tee's names of an output's streams."""
        streams = []
        if output.picture and output.h264:
            streams.append(f"v:{self.videos.index((output.picture, output.h264))}")
        return streams + [f"a:{self.sounds.index(sound)}" for sound in output.sounds]


def render_command(
    graph: FilterGraph, groups: Sequence[Group], corrections: dict[Mix, Correction], folder: Path
) -> list[str]:
    """Writes each group into `folder/<index>/`."""
    outputs = [output for group in groups for output in group.outputs]
    encodings = _Encodings.of(outputs)
    pictures = list(dict.fromkeys(picture for picture, _ in encodings.videos))
    stills = [output for output in outputs if output.capture]
    tiled = [group for group in groups if group.thumbnails]
    uses = len(pictures) + len(stills) + len(tiled)
    copies = iter(graph.split(add_programme(graph), uses) if uses else [])
    labels = _video_labels(graph, encodings, {picture: next(copies) for picture in pictures})
    labels += _sound_labels(graph, encodings.sounds, corrections)
    arguments = _tee(encodings, labels, groups, folder) if labels else []
    for index, group in enumerate(groups):
        target = folder / str(index)
        for output in group.outputs:
            if output.capture and output.picture:
                arguments += _stills(graph, next(copies), output, target)
        if group.thumbnails:
            tiles = add_thumbnails(graph, next(copies), group.thumbnails)
            arguments += _images(tiles, THUMBNAIL_QUALITY, 1, target, f"{group.stem}_thumbnails_", "%05d.jpg")
    return [
        *(get_ffmpeg_exe(), *QUIET, *PROGRESS),
        *(*graph.arguments, "-filter_complex", graph.text()),
        *arguments,
    ]


def measure_command(graph: FilterGraph, labels: Sequence[str]) -> list[str]:
    """Plays sounds of the graph through EBU R 128 meters, called m0, m1 …, which tell on standard error."""
    arguments = []
    for index, label in enumerate(labels):
        graph.chains.append(f"[{label}]ebur128@m{index}=peak=true:framelog=quiet[metered{index}]")
        arguments += ["-map", f"[metered{index}]", "-f", "null", "-"]
    return [
        *(get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats"),
        *(*graph.arguments, "-filter_complex", graph.text()),
        *arguments,
    ]


def _video_labels(graph: FilterGraph, encodings: _Encodings, copies: dict[Picture, str]) -> list[str]:
    finished = {}
    for picture, copy in copies.items():
        count = sum(one == picture for one, _ in encodings.videos)
        finished[picture] = graph.split(add_output(graph, copy, picture), count)
    return [finished[picture].pop(0) for picture, _ in encodings.videos]


def _sound_labels(
    graph: FilterGraph, sounds: Sequence[Sound], corrections: dict[Mix, Correction]
) -> list[str]:
    mixed = {}
    for mix in dict.fromkeys(sound.mix for sound in sounds):
        count = sum(sound.mix == mix for sound in sounds)
        mixed[mix] = graph.split(add_mix(graph, mix, corrections.get(mix)), count, "asplit")
    return [mixed[sound.mix].pop(0) for sound in sounds]


def _tee(encodings: _Encodings, labels: Sequence[str], groups: Sequence[Group], folder: Path) -> list[str]:
    arguments = [part for label in labels for part in ("-map", f"[{label}]")]
    for index, (_, h264) in enumerate(encodings.videos):
        arguments += _video_codec(h264, f"v:{index}")
    for index, sound in enumerate(encodings.sounds):
        arguments += _sound_codec(sound, f"a:{index}")
    slaves = [
        _slave(encodings.streams(output), group, output, folder / str(index))
        for index, group in enumerate(groups)
        for output in group.outputs
        if output.is_encoded
    ]
    return [*arguments, "-f", "tee", "|".join(slaves)]


def _video_codec(h264: H264, stream: str) -> list[str]:
    gop = str(h264.gop_frames)
    options = {"c": "libx264", "preset": h264.preset, "profile": h264.profile, "pix_fmt": "yuv420p"}
    # Keyframes at the same frames in every rung, and nowhere else: players switch rungs there.
    options |= {"g": gop, "keyint_min": gop, "sc_threshold": "0", "flags": "+cgop+global_header"}
    options |= {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
    if h264.crf is not None:
        options["crf"] = str(h264.crf)
    elif h264.bitrate:
        options["b"] = str(h264.bitrate)
    if h264.max_bitrate:
        options |= {"maxrate": str(h264.max_bitrate), "bufsize": str(h264.buffer_bits)}
    if h264.level:
        options["level"] = h264.level
    if h264.is_cavlc:
        options["coder"] = "vlc"
    if h264.b_frames is not None:
        options["bf"] = str(h264.b_frames)
    if h264.references is not None:
        options["refs"] = str(h264.references)
    return [part for name, value in options.items() for part in (f"-{name}:{stream}", value)]


def _sound_codec(sound: Sound, stream: str) -> list[str]:
    options = {
        "c": "aac",
        "b": str(sound.aac.bitrate),
        "ar": str(sound.aac.sample_rate),
        "ac": str(sound.aac.channels),
        "flags": "+global_header",
    }
    arguments = [part for name, value in options.items() for part in (f"-{name}:{stream}", value)]
    if sound.language:
        arguments += [f"-metadata:s:{stream}", f"language={sound.language}"]
    return arguments


def _slave(streams: Sequence[str], group: Group, output: Output, target: Path) -> str:
    """One file or playlist of tee: its options and its path, escaped once for each time they are read."""
    options = {"select": ",".join(streams)}
    if output.container == "M3U8":
        name = f"{output.name}.ts" if group.is_single_file else f"{output.name}_%05d.ts"
        options |= {
            "f": "hls",
            "hls_time": str(group.segment_seconds),
            "hls_playlist_type": "vod",
            "hls_flags": "independent_segments" + ("+single_file" if group.is_single_file else ""),
            "start_number": "1",
            "hls_segment_filename": str(target / name),
            # The first picture has the same time in every rung, and sound in files of its own goes with it.
            "avoid_negative_ts": "disabled",
            "hls_segment_options": "avoid_negative_ts=disabled",
            "max_delay": MUX_DELAY_MICROSECONDS,
        }
        path = target / f"{output.name}.m3u8"
    else:
        options["f"] = "mp4"
        if output.is_faststart:
            options["movflags"] = "+faststart"
        path = target / f"{output.name}.{output.extension}"
    told = ":".join(f"{name}={_escaped(value, ':[]')}" for name, value in options.items())
    return _escaped(f"[{told}]{path}", "|")


def _escaped(text: str, special: str) -> str:
    return "".join(f"\\{letter}" if letter in f"\\' {special}" else letter for letter in text)


def _stills(graph: FilterGraph, copy: str, output: Output, target: Path) -> list[str]:
    if output.capture is None or output.picture is None:
        return []
    still = add_capture(graph, copy, output.picture, output.capture)
    quality = max(1, round((100 - output.capture.quality) * JPEG_SCALE / 100))
    limit = ["-frames:v", str(output.capture.count)]
    images = _images(still, str(quality), 0, target, output.name, f".%07d.{output.extension}")
    return [*images[:2], *limit, *images[2:]]


def _images(label: str, quality: str, first: int, target: Path, stem: str, pattern: str) -> list[str]:
    numbering = ["-fps_mode", "passthrough", "-start_number", str(first), "-f", "image2"]
    return ["-map", f"[{label}]", "-q:v", quality, *numbering, str(target / _numbered(stem, pattern))]


def _numbered(stem: str, pattern: str) -> str:
    """ffmpeg counts where a name has a percent sign; the stem's own ones stay."""
    return stem.replace("%", "%%") + pattern
