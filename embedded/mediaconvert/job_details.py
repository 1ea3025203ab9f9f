"""What a job made, as a COMPLETE event and as GetJob tell it."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from embedded.mediaconvert.hls import rung_facts
from embedded.mediaconvert.outputs import Group, Output
from embedded.mediaconvert.sound_warnings import JobWarning


def group_details(group: Group, folder: Path, seconds: Fraction) -> dict[str, Any]:
    """One of a COMPLETE event's `outputGroupDetails`; `folder` holds the group's files."""
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


def note_warnings(job: dict[str, Any], warnings: Sequence[JobWarning]) -> None:
    """Those of the job's present run, as GetJob has them."""
    counts = Counter(warning.code for warning in warnings)
    job["Messages"] = {"Info": [], "Warning": [warning.message for warning in warnings]}
    job.pop("Warnings", None)
    if counts:
        job["Warnings"] = [{"Code": code, "Count": count} for code, count in counts.items()]


def told_warnings(job: dict[str, Any]) -> dict[str, Any]:
    """A COMPLETE event's `warnings`, which it is without where there are none."""
    groups = [{"code": group["Code"], "count": group["Count"]} for group in job.get("Warnings", ())]
    return {"warnings": groups} if groups else {}


def described_groups(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same as GetJob has them: without addresses, and of a video its size only."""
    return [
        {
            "OutputDetails": [
                {
                    "DurationInMs": output["durationInMs"],
                    "VideoDetails": {
                        "WidthInPx": output["videoDetails"]["widthInPx"],
                        "HeightInPx": output["videoDetails"]["heightInPx"],
                    },
                }
                if "videoDetails" in output
                else {"DurationInMs": output["durationInMs"]}
                for output in group["outputDetails"]
            ]
        }
        for group in told
    ]
