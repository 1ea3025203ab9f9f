"""The objects a job will leave in storage, read off its own request: GetJob tells no file names."""

from dataclasses import dataclass
from typing import Any

from models.statuses import RenderOutputKind


@dataclass(frozen=True)
class ExpectedOutput:
    """One object: `key` within its bucket, size in pixels, and video plus audio in bits/s at most."""

    kind: RenderOutputKind
    key: str
    width: int | None
    height: int | None
    bitrate: int | None


def render_outputs(job: dict[str, Any]) -> list[ExpectedOutput]:
    """Every playlist, file and picture of a CreateJob request (segments and thumbnail tiles apart)."""
    return [output for group in job["Settings"]["OutputGroups"] for output in _group_outputs(group)]


def _group_outputs(group: dict[str, Any]) -> list[ExpectedOutput]:
    settings = group["OutputGroupSettings"]
    if settings["Type"] == "HLS_GROUP_SETTINGS":
        stem = _key(settings["HlsGroupSettings"]["Destination"])
        master = ExpectedOutput(RenderOutputKind.HLS, f"{stem}.m3u8", None, None, None)
        return [master, *(_playlist(stem, output) for output in group["Outputs"])]
    stem = _key(settings["FileGroupSettings"]["Destination"])
    return [_file(stem, output) for output in group["Outputs"]]


def _playlist(stem: str, output: dict[str, Any]) -> ExpectedOutput:
    key = f"{stem}{output['NameModifier']}.m3u8"
    if "VideoDescription" in output:
        return _expected(RenderOutputKind.HLS_RENDITION, key, output)
    return ExpectedOutput(RenderOutputKind.CAPTIONS, key, None, None, None)


def _file(stem: str, output: dict[str, Any]) -> ExpectedOutput:
    name = f"{stem}{output.get('NameModifier', '')}"
    if output["ContainerSettings"]["Container"] == "MP4":
        kind = RenderOutputKind.MP4 if "VideoDescription" in output else RenderOutputKind.AUDIO
        return _expected(kind, f"{name}.{output['Extension']}", output)
    # Captures are numbered from 0 in seven digits; the last is the one asked for.
    last = output["VideoDescription"]["CodecSettings"]["FrameCaptureSettings"]["MaxCaptures"] - 1
    return _expected(RenderOutputKind.POSTER, f"{name}.{last:07}.jpg", output)


def _expected(kind: RenderOutputKind, key: str, output: dict[str, Any]) -> ExpectedOutput:
    video = output.get("VideoDescription", {})
    picture = video.get("CodecSettings", {}).get("H264Settings", {}).get("MaxBitrate", 0)
    sound = sum(
        audio["CodecSettings"]["AacSettings"]["Bitrate"] for audio in output.get("AudioDescriptions", ())
    )
    return ExpectedOutput(kind, key, video.get("Width"), video.get("Height"), picture + sound or None)


def _key(uri: str) -> str:
    """The key of an `s3://bucket/key` URI."""
    return uri.removeprefix("s3://").partition("/")[2]
