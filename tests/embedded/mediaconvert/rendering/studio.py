"""Renders jobs, and looks at and listens to what comes out."""

import io
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from embedded.mediaconvert.engine import Listener, render
from embedded.mediaconvert.service_model import read_request, write_answer
from embedded.mediaconvert.service_rules import check_service_rules
from embedded.mediaconvert.storage import Storage
from embedded.mediaconvert.understood import refuse_what_is_not_understood
from tests.embedded.mediaconvert.conftest import BUCKET
from tests.media import run_ffmpeg

SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Rendered:
    """`files` by their names below the job's folder."""

    files: dict[str, bytes]
    details: list[dict[str, Any]]

    def text(self, name: str) -> str:
        return self.files[name].decode()


class Studio:
    def __init__(self, s3: Any, storage: Storage, folder: Path) -> None:
        self._s3 = s3
        self._storage = storage
        self.folder = folder
        self.name = uuid4().hex

    async def put(self, name: str, body: bytes | Path) -> str:
        """The address of an object of this name."""
        key = f"in/{self.name}/{name}"
        body = body.read_bytes() if isinstance(body, Path) else body
        await self._s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    async def image(self, name: str, size: tuple[int, int], colour: tuple[int, ...]) -> str:
        file = io.BytesIO()
        Image.new("RGBA", size, colour).save(file, "PNG")
        return await self.put(name, file.getvalue())

    async def made(self, name: str, *arguments: str) -> str:
        """The address of a file that ffmpeg makes."""
        return await self.put(name, run_ffmpeg(self.folder / name, *arguments))

    def destination(self, stem: str) -> str:
        return f"s3://{BUCKET}/out/{self.name}/{stem}"

    async def render(self, request: dict[str, Any]) -> Rendered:
        """Through every check of CreateJob."""
        read = read_request(write_answer(request, "CreateJobRequest"), "CreateJobRequest")
        check_service_rules(read)
        refuse_what_is_not_understood(read)
        details = await render(
            read["Settings"],
            storage=self._storage,
            folder=self.folder / "scratch",
            listener=Listener(lambda progress: None, lambda sources: None, lambda warnings: None),
        )
        assert not (self.folder / "scratch").exists()
        return Rendered(await self._files(), details)

    async def _files(self) -> dict[str, bytes]:
        prefix = f"out/{self.name}/"
        listed = await self._s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        files = {}
        for item in listed.get("Contents", []):
            answer = await self._s3.get_object(Bucket=BUCKET, Key=item["Key"])
            files[item["Key"].removeprefix(prefix)] = await answer["Body"].read()
        return files


def mp4_job(studio: Studio, *inputs: dict[str, Any], size: tuple[int, int] = (320, 180)) -> dict[str, Any]:
    """One MP4 called `video.mp4` of these inputs, the last one followed."""
    return {
        "Role": "arn:aws:iam::000000000000:role/test",
        "Settings": {
            "TimecodeConfig": {"Source": "ZEROBASED"},
            "FollowSource": len(inputs),
            "Inputs": [{"TimecodeSource": "ZEROBASED"} | each for each in inputs],
            "OutputGroups": [file_group(studio.destination("video"), mp4_output(size))],
        },
    }


def file_group(destination: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    settings = {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {"Destination": destination}}
    return {"OutputGroupSettings": settings, "Outputs": list(outputs)}


def hls_group(destination: str, *outputs: dict[str, Any], **settings: Any) -> dict[str, Any]:
    own = {"Destination": destination, "SegmentLength": 2, "MinSegmentLength": 0} | settings
    return {
        "OutputGroupSettings": {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": own},
        "Outputs": list(outputs),
    }


def mp4_output(size: tuple[int, int] | None = (320, 180), rate: tuple[int, int] = (30, 1)) -> dict[str, Any]:
    return {
        "ContainerSettings": {"Container": "MP4"},
        "VideoDescription": video(size, rate),
        "AudioDescriptions": [audio()],
    }


def rung(name: str, size: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {
        "NameModifier": name,
        "ContainerSettings": {"Container": "M3U8"},
        "VideoDescription": video(size),
        "AudioDescriptions": [audio()],
    } | more


def video(size: tuple[int, int] | None, rate: tuple[int, int] = (30, 1)) -> dict[str, Any]:
    h264 = {
        "RateControlMode": "QVBR",
        "MaxBitrate": 4_000_000,
        "QvbrSettings": {"QvbrQualityLevel": 9},
        "FramerateControl": "SPECIFIED",
        "FramerateNumerator": rate[0],
        "FramerateDenominator": rate[1],
        "GopSize": 2.0,
        "GopSizeUnits": "SECONDS",
    }
    shape = {"Width": size[0], "Height": size[1]} if size else {}
    return shape | {"CodecSettings": {"Codec": "H_264", "H264Settings": h264}}


def audio(source: str = "Audio Selector 1", bitrate: int = 128_000, **more: Any) -> dict[str, Any]:
    aac = {"Bitrate": bitrate, "CodingMode": "CODING_MODE_2_0", "SampleRate": SAMPLE_RATE}
    return {"AudioSourceName": source, "CodecSettings": {"Codec": "AAC", "AacSettings": aac}} | more


def file_input(uri: str, **more: Any) -> dict[str, Any]:
    selectors = {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}}
    return {"FileInput": uri, "AudioSelectors": selectors} | more


def generator(milliseconds: int, size: tuple[int, int] = (320, 180), **more: Any) -> dict[str, Any]:
    shape = {"Width": size[0], "Height": size[1], "FramerateNumerator": 30, "FramerateDenominator": 1}
    return {"VideoGenerator": {"Duration": milliseconds} | shape} | more


def overlay(uri: str, **values: Any) -> dict[str, Any]:
    place = {"ImageX": 0, "ImageY": 0, "Layer": 1, "Opacity": 100}
    return {"ImageInserterInput": uri, "StartTime": "00:00:00:00", "Duration": 60_000} | place | values


def pictures(media: bytes) -> list[Any]:
    """Frames as RGB, decoded as BT.709 in limited range."""
    return [np.frombuffer(raw, np.uint8).reshape(shape) for raw, shape in _raw(media)]


def _raw(media: bytes) -> list[tuple[bytes, tuple[int, int, int]]]:
    with av.open(io.BytesIO(media)) as container:
        stream = container.streams.video[0]
        shape = (stream.height, stream.width, 3)
    told = _ffmpeg(
        media,
        *("-vf", "scale=in_color_matrix=bt709:in_range=limited:flags=accurate_rnd+full_chroma_int"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-fps_mode", "passthrough"),
    )
    size = shape[0] * shape[1] * 3
    return [(told[start : start + size], shape) for start in range(0, len(told), size)]


def samples(media: bytes, track: int = 0) -> Any:
    """Sound at 48 kHz on the file's own timeline, by channel."""
    with av.open(io.BytesIO(media)) as container:
        channels = container.streams.audio[track].codec_context.channels
    told = _ffmpeg(media, "-map", f"0:a:{track}", "-ar", str(SAMPLE_RATE), "-f", "f32le")
    return np.frombuffer(told, np.float32).reshape(-1, channels).T


def _ffmpeg(media: bytes, *arguments: str) -> bytes:
    command = [get_ffmpeg_exe(), "-v", "error", "-i", "pipe:0", *arguments, "pipe:1"]
    return subprocess.run(command, input=media, capture_output=True, check=True).stdout


def level_of(sound: Any, hertz: float) -> float:
    """The amplitude of a sine in a mono sound."""
    times = np.arange(sound.size) / SAMPLE_RATE
    return float(2 * np.abs(np.mean(sound * np.exp(-2j * np.pi * hertz * times))))


def runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last index of each run of true ones."""
    found: list[tuple[int, int]] = []
    for index, flag in enumerate(flags):
        if flag and (index == 0 or not flags[index - 1]):
            found.append((index, index))
        elif flag:
            found[-1] = (found[-1][0], index)
    return found
