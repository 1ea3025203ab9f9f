"""What AWS refuses beyond its own model, written without a look at how we build or render jobs.

Sources: answers of the real service to faulty jobs, and the MediaConvert User Guide's pages as named.
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.services.job_settings.rules_of_captions import caption_faults
from tests.services.job_settings.rules_of_inputs import Source, input_faults
from tests.services.job_settings.rules_of_outputs import output_faults

__all__ = ["Source", "service_faults"]

METADATA_TEXT = re.compile(r"[A-Za-z0-9 _.:/=+\-@]*")


def service_faults(job: dict[str, Any], source: Source) -> list[str]:
    """Everything wrong with a CreateJob request, each with its place; empty when nothing is."""
    settings = job["Settings"]
    faults = [*_request(job), *_timeline(settings)]
    for index, each in enumerate(settings["Inputs"]):
        faults += input_faults(each, source, f"Inputs/{index}")
    faults += caption_faults(settings)
    faults += output_faults(settings)
    return faults


def _request(job: dict[str, Any]) -> Iterator[str]:
    token = job.get("ClientRequestToken", "")
    if not token or len(token) > 64 or not token.isascii() or not token.isprintable():
        yield "ClientRequestToken: 1 to 64 ASCII characters"
    metadata = job.get("UserMetadata", {})
    if len(metadata) > 10:
        yield "UserMetadata: at most 10"
    for key, value in metadata.items():
        if not 1 <= len(key) <= 128 or key.lower().startswith("aws:") or not METADATA_TEXT.fullmatch(key):
            yield f"UserMetadata/{key}: not a key"
        if len(value) > 256 or not METADATA_TEXT.fullmatch(value):
            yield f"UserMetadata/{key}: not a value"
    text = repr(job)
    if job.get("AccelerationSettings", {}).get("Mode", "DISABLED") != "DISABLED" and (
        "VideoGenerator" in text or "BURN_IN" in text
    ):
        yield "AccelerationSettings: not with generated video or burnt-in captions"


def _timeline(settings: dict[str, Any]) -> Iterator[str]:
    inputs = settings["Inputs"]
    if not 1 <= len(inputs) <= 150:
        yield "Inputs: 1 to 150"
    if settings.get("TimecodeConfig", {}).get("Source") != "ZEROBASED":
        yield "TimecodeConfig: overlays and captions stay away unless ZEROBASED"
    follow = settings.get("FollowSource")
    if follow is not None and not 1 <= follow <= len(inputs):
        yield "FollowSource: no such input"
    elif "VideoGenerator" in inputs[(follow or 1) - 1]:
        yield "FollowSource: follows generated video"
