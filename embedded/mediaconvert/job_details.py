"""What a job made, as a COMPLETE event's `outputGroupDetails` tell it."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from embedded.mediaconvert.hls import rung_facts
from embedded.mediaconvert.outputs import Group, Output


def group_details(group: Group, folder: Path, seconds: Fraction) -> dict[str, Any]:
    """`folder` holds the group's files."""
    address = f"s3://{group.bucket}/{group.folder}" if group.folder else f"s3://{group.bucket}"
    duration = round(seconds * 1000)
    details = [_output_details(group, output, address, folder, duration) for output in group.outputs]
    if not group.is_hls:
        return {"type": "FILE_GROUP", "outputDetails": details}
    return {
        "type": "HLS_GROUP",
        "playlistFilePaths": [f"{address}/{group.stem}.m3u8"],
        "outputDetails": details,
    }


def _output_details(
    group: Group, output: Output, address: str, folder: Path, duration: int
) -> dict[str, Any]:
    bitrate = None
    if group.is_hls:
        name = f"{output.name}.m3u8"
        bitrate = rung_facts(output, folder).average_bandwidth if output.picture else None
    elif output.capture:
        # Of several stills MediaConvert tells the last one only.
        name = max(path.name for path in folder.iterdir() if path.name.startswith(f"{output.name}."))
    else:
        name = f"{output.name}.{output.extension}"
        bitrate = round((folder / name).stat().st_size * 8000 / max(1, duration))
    details: dict[str, Any] = {"outputFilePaths": [f"{address}/{name}"], "durationInMs": duration}
    if output.picture:
        width, height = output.picture.size
        details["videoDetails"] = {"widthInPx": width, "heightInPx": height}
        if bitrate is not None:
            details["videoDetails"]["averageBitrate"] = bitrate
    return details
