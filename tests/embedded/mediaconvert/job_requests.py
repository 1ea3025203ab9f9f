"""CreateJob requests of several kinds, and what they leave in storage."""

from typing import Any

from tests.embedded.mediaconvert.conftest import BUCKET, job_request


async def keys(s3: Any, folder: str) -> list[str]:
    answer = await s3.list_objects_v2(Bucket=BUCKET, Prefix=f"out/{folder}/")
    return sorted(item["Key"].removeprefix(f"out/{folder}/") for item in answer.get("Contents", []))


def long_request(source: str, folder: str, times: int = 40) -> dict[str, Any]:
    """The source so many times in a row."""
    request = job_request(source, folder)
    request["Settings"]["Inputs"] = request["Settings"]["Inputs"] * times
    return request


def ladder_request(source: str, folder: str) -> dict[str, Any]:
    """Two HLS rungs with a segment each second, and an MP4."""
    return with_ladder(job_request(source, folder), folder)


def with_ladder(
    request: dict[str, Any], folder: str, *, heights: tuple[int, ...] = (180, 90)
) -> dict[str, Any]:
    """The request, and HLS rungs of its MP4 with a segment each second."""
    (mp4,) = request["Settings"]["OutputGroups"][0]["Outputs"]
    whole = mp4["VideoDescription"]
    codec = whole["CodecSettings"]
    h264 = codec["H264Settings"] | {"GopSize": 1.0}
    rungs = [
        {name: value for name, value in mp4.items() if name != "Extension"}
        | {
            "NameModifier": f"_{height}",
            "ContainerSettings": {"Container": "M3U8"},
            "VideoDescription": whole
            | {"Width": 16 * height // 9, "Height": height, "CodecSettings": codec | {"H264Settings": h264}},
        }
        for height in heights
    ]
    hls = {
        "Destination": f"s3://media/out/{folder}/index",
        "SegmentLength": 1,
        "MinSegmentLength": 0,
        "SegmentControl": "SEGMENTED_FILES",
    }
    settings = {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": hls}
    request["Settings"]["OutputGroups"].insert(0, {"OutputGroupSettings": settings, "Outputs": rungs})
    return request


def caption_track(request: dict[str, Any], captions: str) -> None:
    """Adds a WebVTT file to the last input, as the selector "Captions 1"."""
    source = {"SourceType": "WEBVTT", "FileSourceSettings": {"SourceFile": captions}}
    request["Settings"]["Inputs"][-1]["CaptionSelectors"] = {"Captions 1": {"SourceSettings": source}}


def with_captions(request: dict[str, Any], captions: str) -> dict[str, Any]:
    """The request with a file's English captions as a track of its ladder."""
    caption_track(request, captions)
    track = {
        "CaptionSelectorName": "Captions 1",
        "LanguageCode": "ENG",
        "LanguageDescription": "English",
        "DestinationSettings": {"DestinationType": "WEBVTT"},
    }
    output = {
        "NameModifier": "_en",
        "ContainerSettings": {"Container": "M3U8"},
        "CaptionDescriptions": [track],
    }
    request["Settings"]["OutputGroups"][0]["Outputs"].append(output)
    return request


LADDER_FILES = sorted(
    [
        "index.m3u8",
        *(f"index_{rung}.m3u8" for rung in (180, 90)),
        *(f"index_{rung}_{number:05}.ts" for rung in (180, 90) for number in (1, 2)),
        "video_180.mp4",
    ]
)
