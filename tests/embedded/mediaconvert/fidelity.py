"""Clips whose pictures and sounds are known to the frame, jobs of them, and the reading of results."""

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.media import SMALL, SOUND, lavfi, run_ffmpeg

FILM, PAL, NTSC, FAST = Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)
BEEP_SECONDS = 0.06
FLASH_SECONDS = 0.1
SAMPLE_RATE = 48_000
SELECTOR = {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}
SQUARE = (100, 60, 40)


def nominal(rate: Fraction) -> int:
    """Frames in a second of timecode, and between two flashes."""
    return -(-rate.numerator // rate.denominator)


def flash_and_beep_clip(path: Path, rate: Fraction, seconds: int, *, is_variable: bool = False) -> Path:
    """Every `nominal(rate)` frames the picture turns white and a tone sounds, from that frame on, at 0 first.

    Variable: in every second second only every other frame is there.
    """
    period = nominal(rate)
    step = float(period / rate)
    white = f"drawbox=color=white:t=fill:enable='lt(mod(n,{period}),{round(FLASH_SECONDS * rate)})'"
    frames = f"color=c=black:s=320x180:r={rate}:d={seconds * step:.6f},{white}"
    tone = f"0.5*sin(2*PI*1000*t)*lt(mod(t+0.0000001,{step:.9f}),{BEEP_SECONDS})"
    sound = f"aevalsrc='{tone}|{tone}':s={SAMPLE_RATE}:d={seconds * step:.6f}"
    uneven = f"select='lt(mod(n,{2 * period}),{period})+not(mod(n,2))'"
    variable = ["-vf", uneven, "-fps_mode", "vfr"] if is_variable else []
    # Intra frames, so that a white frame is white from its first one on.
    return run_ffmpeg(path, *lavfi(frames), *lavfi(sound), *variable, *SMALL, "-crf", "10", *SOUND)


def grey_clip(path: Path, rate: Fraction, seconds: float) -> Path:
    return run_ffmpeg(path, *lavfi(f"color=c=0x808080:s=320x180:r={rate}:d={seconds}"), *SMALL)


async def put(s3: Any, path: Path, *, once: bool = True) -> str:
    key = f"in/{path.name}"
    await s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
    return f"s3://{BUCKET}/{key}"


async def red_square(s3: Any) -> str:
    image = io.BytesIO()
    Image.new("RGBA", (SQUARE[2], SQUARE[2]), (255, 0, 0, 255)).save(image, "PNG")
    await s3.put_object(Bucket=BUCKET, Key="in/red-square.png", Body=image.getvalue())
    return f"s3://{BUCKET}/in/red-square.png"


def timecode(frame: int, rate: Fraction) -> str:
    seconds, frames = divmod(frame, nominal(rate))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def overlay(uri: str, first: int, rate: Fraction, **values: Any) -> dict[str, Any]:
    return {
        "ImageInserterInput": uri,
        "StartTime": timecode(first, rate),
        "ImageX": SQUARE[0],
        "ImageY": SQUARE[1],
        "Layer": 1,
        "Opacity": 100,
    } | values


def title(rate: Fraction, milliseconds: int) -> dict[str, Any]:
    return {
        "VideoGenerator": {
            "Duration": milliseconds,
            "Width": 320,
            "Height": 180,
            "FramerateNumerator": rate.numerator,
            "FramerateDenominator": rate.denominator,
        },
        "TimecodeSource": "ZEROBASED",
        "AudioSelectors": SELECTOR,
    }


def clipping(first: int, last: int, rate: Fraction) -> dict[str, str]:
    """Both frames are kept."""
    return {"StartTimecode": timecode(first, rate), "EndTimecode": timecode(last, rate)}


def request_at(source: str, folder: str, rate: Fraction, *, title_ms: int = 0) -> dict[str, Any]:
    """One MP4 of one input at a rate and the best quality, after a title page if asked."""
    request = job_request(source, folder)
    settings = request["Settings"]
    if title_ms:
        settings["Inputs"].insert(0, title(rate, title_ms))
        settings["FollowSource"] = 2
    video = settings["OutputGroups"][0]["Outputs"][0]["VideoDescription"]
    video["CodecSettings"]["H264Settings"] |= {
        "FramerateNumerator": rate.numerator,
        "FramerateDenominator": rate.denominator,
        "QvbrSettings": {"QvbrQualityLevel": 10},
        "MaxBitrate": 5_000_000,
    }
    return request


async def ended_well(client: Any, events: Any, request: dict[str, Any]) -> dict[str, Any]:
    job_id = (await client.create_job(**request))["Job"]["Id"]
    ended: dict[str, Any] = await events.ended(job_id)
    assert ended["status"] == "COMPLETE", ended
    return ended


async def read(s3: Any, folder: str, name: str) -> bytes:
    answer = await s3.get_object(Bucket=BUCKET, Key=f"out/{folder}/{name}")
    body: bytes = await answer["Body"].read()
    return body


@dataclass(frozen=True)
class Segment:
    """`told` in seconds, as the playlist has it."""

    told: float
    body: bytes


async def segments_of(s3: Any, folder: str, playlist: str) -> list[Segment]:
    lines = (await read(s3, folder, playlist)).decode().splitlines()
    told = [float(line.removeprefix("#EXTINF:").rstrip(",")) for line in lines if line.startswith("#EXTINF:")]
    names = [line for line in lines if line and not line.startswith("#")]
    return [Segment(length, await read(s3, folder, name)) for length, name in zip(told, names, strict=True)]


@dataclass(frozen=True)
class Frame:
    """`time` in seconds on the file's own clock."""

    time: float
    pixels: Any


def frames_of(media: bytes) -> list[Frame]:
    with av.open(io.BytesIO(media)) as container:
        return [Frame(float(f.time), f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]


def redness(frame: Frame) -> float:
    """How much redder than grey the middle of the square's place is."""
    x, y, size = SQUARE
    area = frame.pixels[y + 10 : y + size - 10, x + 10 : x + size - 10].astype(float)
    return float((area[..., 0] - area[..., 1:].max(axis=2)).mean())


def reddened(frames: list[Frame]) -> list[int]:
    """The numbers of the frames that the square is on."""
    return [number for number, frame in enumerate(frames) if redness(frame) > 80]


def flashes(frames: list[Frame]) -> list[float]:
    """When the picture turns white."""
    white = [frame.pixels.mean() > 128 for frame in frames]
    return [
        frame.time
        for before, is_white, frame in zip([False, *white], white, frames, strict=False)
        if is_white and not before
    ]


def beeps(media: bytes) -> list[float]:
    """When a tone begins, to the sample."""
    with av.open(io.BytesIO(media)) as container:
        chunks = [(float(f.time), f.to_ndarray()) for f in container.decode(audio=0)]
    start = chunks[0][0]
    sound = np.abs(np.concatenate([samples for _, samples in chunks], axis=1)).max(axis=0)
    heard = np.flatnonzero(sound > 0.1)
    begins = heard[np.diff(heard, prepend=-SAMPLE_RATE) > SAMPLE_RATE // 5]
    return [start + int(index) / SAMPLE_RATE for index in begins]
