"""Files of the kinds that productions use beside their video: images, sound and captions."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tests.media import lavfi, run_ffmpeg

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.500\nHello\n\n00:03.000 --> 00:04.000\nWorld\n"
SRT = b"1\r\n00:00:01,000 --> 00:00:02,500\r\nHello\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nWorld\r\n"


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def image_file(format: str = "PNG", size: tuple[int, int] = (64, 36), color: str = "red") -> bytes:
    return encoded(Image.new("RGB", size, color), format)


def sound(path: Path, *options: str, seconds: float = 4) -> Path:
    """A 440 Hz tone in the format of the path's ending."""
    return run_ffmpeg(path, *lavfi(f"sine=frequency=440:sample_rate=44100:duration={seconds}"), *options)


def with_cover(path: Path, source: Path) -> Path:
    """The same sound with a picture in it, as music is sold."""
    cover = path.with_name("cover.jpg")
    cover.write_bytes(image_file("JPEG"))
    both = ("-i", str(source), "-i", str(cover), "-map", "0", "-map", "1")
    return run_ffmpeg(path, *both, "-c", "copy", "-disposition:v", "attached_pic")
