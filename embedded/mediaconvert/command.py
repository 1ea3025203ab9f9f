"""The ffmpeg command of a job: one process, one decoding, every output."""

from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from embedded.mediaconvert.filter_graph import FilterGraph
from embedded.mediaconvert.outputs import Group, Output, Thumbnails

QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y")
JPEG_SCALE = 31


def render_command(
    graph: FilterGraph, groups: tuple[Group, ...], gains: dict[tuple[object, ...], float | None], folder: Path
) -> list[str]:
    """Writes each group into `folder/<index>/`. `gains` in dB for each mix of sound, None for as it is."""
    programme = graph.add_pictures()
    uses = sum(len(group.outputs) + (group.thumbnails is not None) for group in groups)
    copies = [graph.label() for _ in range(uses)]
    graph.chains.append(f"[{programme}]split={uses}{''.join(f'[{copy}]' for copy in copies)}")
    sounds = _sounds(graph, groups, gains)
    arguments: list[str] = []
    for index, group in enumerate(groups):
        target = folder / str(index)
        for output in group.outputs:
            arguments += _output(graph, copies.pop(0), group, output, target, sounds)
        if group.thumbnails:
            arguments += _thumbnails(
                graph, copies.pop(0), group.thumbnails, target / f"{group.stem}_thumbnails"
            )
    return [
        get_ffmpeg_exe(),
        *QUIET,
        "-progress",
        "pipe:1",
        "-stats_period",
        "0.5",
        *graph.arguments,
        "-filter_complex",
        graph.text(),
        *arguments,
    ]


def measure_command(graph: FilterGraph, label: str) -> list[str]:
    """Plays one sound of the graph through an EBU R 128 meter, which tells on standard error."""
    graph.chains.append(f"[{label}]ebur128=peak=none:framelog=quiet[metered]")
    return [
        get_ffmpeg_exe(),
        "-hide_banner",
        "-nostdin",
        *graph.arguments,
        "-filter_complex",
        graph.text(),
        "-map",
        "[metered]",
        "-f",
        "null",
        "-",
    ]


def _sounds(
    graph: FilterGraph, groups: tuple[Group, ...], gains: dict[tuple[object, ...], float | None]
) -> dict[tuple[object, ...], list[str]]:
    """One label for each output that uses a mix: a filter's output can be used once only."""
    found = [output.sound for group in groups for output in group.outputs if output.sound]
    sounds: dict[tuple[object, ...], list[str]] = {}
    for mix in dict.fromkeys(sound.mix for sound in found):
        users = [sound for sound in found if sound.mix == mix]
        whole = graph.add_sound(users[0], gains.get(mix))
        labels = [graph.label() for _ in users]
        graph.chains.append(f"[{whole}]asplit={len(users)}{''.join(f'[{label}]' for label in labels)}")
        sounds[mix] = labels
    return sounds


def _output(
    graph: FilterGraph,
    copy: str,
    group: Group,
    output: Output,
    target: Path,
    sounds: dict[tuple[object, ...], list[str]],
) -> list[str]:
    if output.capture is not None:
        still = graph.add_capture(copy, output, output.capture)
        quality = max(1, round((100 - output.capture.quality) * JPEG_SCALE / 100))
        limits = ["-frames:v", str(output.capture.count), "-fps_mode", "passthrough", "-start_number", "0"]
        name = f"{output.name}.%07d.{output.extension}"
        return ["-map", f"[{still}]", "-q:v", str(quality), *limits, "-f", "image2", str(target / name)]
    picture = graph.add_output_picture(copy, output.picture)
    arguments = ["-map", f"[{picture}]", *_video_codec(output)]
    if output.sound is not None:
        sound = output.sound
        arguments += ["-map", f"[{sounds[sound.mix].pop(0)}]", "-c:a", "aac", "-b:a", str(sound.bitrate)]
        arguments += ["-ar", str(sound.sample_rate), "-ac", "2"]
    return arguments + (_hls(group, output, target) if output.container == "M3U8" else _mp4(output, target))


def _video_codec(output: Output) -> list[str]:
    h264 = output.h264
    if h264 is None:
        return []
    # Keyframes at the same frames in every rung, and nowhere else: players switch rungs there.
    arguments = ["-c:v", "libx264", "-preset", h264.preset, "-profile:v", "high", "-pix_fmt", "yuv420p"]
    gop = str(h264.gop_frames)
    arguments += ["-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-flags", "+cgop"]
    arguments += ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]
    if h264.crf is not None:
        arguments += ["-crf", str(h264.crf)]
    elif h264.bitrate:
        arguments += ["-b:v", str(h264.bitrate)]
    if h264.max_bitrate:
        arguments += ["-maxrate", str(h264.max_bitrate), "-bufsize", str(2 * h264.max_bitrate)]
    return arguments


def _hls(group: Group, output: Output, target: Path) -> list[str]:
    return [
        *("-f", "hls", "-hls_time", str(group.segment_seconds), "-hls_playlist_type", "vod"),
        *("-hls_flags", "independent_segments", "-start_number", "1"),
        *("-hls_segment_filename", str(target / f"{output.name}_%05d.ts")),
        str(target / f"{output.name}.m3u8"),
    ]


def _mp4(output: Output, target: Path) -> list[str]:
    placement = ["-movflags", "+faststart"] if output.is_faststart else []
    return [*placement, "-f", "mp4", str(target / f"{output.name}.{output.extension}")]


def _thumbnails(graph: FilterGraph, copy: str, thumbnails: Thumbnails, stem: Path) -> list[str]:
    every = max(1, round(thumbnails.interval * graph.rate))
    grid = f"{thumbnails.columns}x{thumbnails.rows}"
    tiles = graph.chain(
        f"[{copy}]",
        f"select='not(mod(n\\,{every}))',scale={thumbnails.width}:-2,tile={grid},"
        "scale=out_range=full,format=yuvj420p",
    )
    name = f"{stem}_%05d.jpg"
    return ["-map", f"[{tiles}]", "-q:v", "5", "-fps_mode", "passthrough", "-start_number", "1", name]
