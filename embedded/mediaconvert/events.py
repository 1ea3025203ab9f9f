"""EventBridge events of jobs, as MediaConvert sends them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from embedded.mediaconvert.sound_warnings import JobWarning
from embedded.mediaconvert.sources import Source

ACCOUNT, REGION = "000000000000", "eu-west-1"


def job_event(job: dict[str, Any], status: str, **detail: Any) -> dict[str, Any]:
    """The envelope that EventBridge wraps a state change of MediaConvert in."""
    now = datetime.now(UTC)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "MediaConvert Job State Change",
        "source": "aws.mediaconvert",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [job["Arn"]],
        "detail": {
            "timestamp": round(now.timestamp() * 1000),
            "accountId": ACCOUNT,
            "queue": job["Queue"],
            "jobId": job["Id"],
            "status": status,
            "userMetadata": job.get("UserMetadata", {}),
            **detail,
        },
    }


def input_information(job: dict[str, Any], sources: list[Source]) -> dict[str, Any]:
    """An INPUT_INFORMATION event. `sources` are the job's file inputs in order."""
    files = [
        (number, each["FileInput"])
        for number, each in enumerate(job["Settings"]["Inputs"], start=1)
        if "FileInput" in each
    ]
    details = [
        {"id": number, "uri": uri, "video": [_video(source)], "audio": _audio(source)}
        for (number, uri), source in zip(files, sources, strict=True)
    ]
    return job_event(job, "INPUT_INFORMATION", inputDetails=details)


def new_warning(job: dict[str, Any], warning: JobWarning) -> dict[str, Any]:
    """Its code is a string here, and a number in COMPLETE."""
    return job_event(job, "NEW_WARNING", warningCode=str(warning.code), warningMessage=warning.message)


def _video(source: Source) -> dict[str, Any]:
    return {
        "codec": source.video_codec.upper(),
        "width": source.width,
        "height": source.height,
        "frameRate": round(float(source.frame_rate), 3),
        "interlaceMode": "INTERLACED" if source.is_interlaced else "PROGRESSIVE",
    }


def _audio(source: Source) -> list[dict[str, Any]]:
    if not source.audio_codec:
        return []
    return [
        {
            "codec": source.audio_codec.upper(),
            "channels": source.audio_channels,
            "sampleRate": source.audio_sample_rate,
        }
    ]
