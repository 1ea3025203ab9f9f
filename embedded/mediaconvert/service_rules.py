"""Rules that the service checks beyond its model, as its own 400 answers tell them.

Where its words are known from real answers they are used; `/json/pointer: text` for each problem.
"""

from collections.abc import Iterator
from typing import Any

from embedded.mediaconvert.rules_of_inputs import input_problems
from embedded.mediaconvert.rules_of_outputs import group_problems
from embedded.mediaconvert.service_model import Invalid

# User Guide, "user-metadata-tags" and "resource-tagging-restrictions".
METADATA_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.:/=+-@")
MOST_METADATA, MOST_TAGS = 10, 50
LONGEST_KEY, LONGEST_VALUE = 128, 256
LONGEST_TOKEN = 64


def check_service_rules(request: dict[str, Any]) -> None:
    """Raises Invalid."""
    settings = request["Settings"]
    problems = [*_request(request), *_settings(settings)]
    for index, each in enumerate(settings.get("Inputs", [])):
        problems += input_problems(each, f"/settings/inputs/{index}")
    selectors = {name for each in settings.get("Inputs", []) for name in each.get("CaptionSelectors", {})}
    for index, group in enumerate(settings.get("OutputGroups", [])):
        problems += group_problems(group, selectors, f"/settings/outputGroups/{index}")
    if problems:
        raise Invalid(problems)


def _request(request: dict[str, Any]) -> Iterator[str]:
    token = request.get("ClientRequestToken", "")
    if len(token) > LONGEST_TOKEN or not token.isascii():
        yield f"/clientRequestToken: should be at most {LONGEST_TOKEN} ASCII characters"
    yield from _pairs(request.get("UserMetadata", {}), MOST_METADATA, "/userMetadata")
    yield from _pairs(request.get("Tags", {}), MOST_TAGS, "/tags")
    if request.get("AccelerationSettings", {}).get("Mode") == "ENABLED":
        yield from _acceleration(request["Settings"])


def _pairs(pairs: dict[str, str], most: int, pointer: str) -> Iterator[str]:
    if len(pairs) > most:
        yield f"{pointer}: should have at most {most} pairs"
    for key, value in pairs.items():
        here = f"{pointer}/{key}"
        if not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
            yield f"{here}: should be at most {LONGEST_KEY} characters, and its value {LONGEST_VALUE}"
        if not METADATA_CHARACTERS.issuperset(key + value):
            yield f"{here}: should have letters, digits, spaces and _.:/=+-@ only"
        if key.lower().startswith("aws:"):
            yield f"{here}: should not start with aws:"


def _acceleration(settings: dict[str, Any]) -> Iterator[str]:
    """User Guide, "job-requirements"."""
    pointer = "/accelerationSettings/mode"
    if any("VideoGenerator" in each for each in settings.get("Inputs", [])):
        yield f"{pointer}: should not be ENABLED with videoGenerator"
    if any(
        caption.get("DestinationSettings", {}).get("DestinationType") == "BURN_IN"
        for group in settings.get("OutputGroups", [])
        for output in group.get("Outputs", [])
        for caption in output.get("CaptionDescriptions", [])
    ):
        yield f"{pointer}: should not be ENABLED with BURN_IN captions"


def _settings(settings: dict[str, Any]) -> Iterator[str]:
    inputs, groups = settings.get("Inputs", []), settings.get("OutputGroups", [])
    if not inputs:
        yield "/settings: inputs is a required property"
    elif settings.get("FollowSource", 1) > len(inputs):
        yield f"/settings/followSource: should be at most {len(inputs)}, the count of inputs"
    if not groups:
        yield "/settings: outputGroups is a required property"
        return
    yield from _files(groups)
    outputs = [output for group in groups for output in group.get("Outputs", [])]
    codecs = [output.get("VideoDescription", {}).get("CodecSettings", {}).get("Codec") for output in outputs]
    has_media = any(codec not in (None, "FRAME_CAPTURE") for codec in codecs)
    has_media |= any(output.get("AudioDescriptions") for output in outputs)
    if outputs and not has_media:
        # User Guide, "file-group-with-frame-capture-output".
        yield "/settings/outputGroups: should have video or audio beside frame captures and captions"


def _files(groups: list[dict[str, Any]]) -> Iterator[str]:
    """No two outputs of a job under one name."""
    seen: set[tuple[str, str]] = set()
    for index, group in enumerate(groups):
        settings = group.get("OutputGroupSettings", {})
        for own in (value for value in settings.values() if isinstance(value, dict)):
            for number, output in enumerate(group.get("Outputs", [])):
                container = output.get("ContainerSettings", {}).get("Container", "")
                stem = own.get("Destination", "") + output.get("NameModifier", "")
                name = (stem, output.get("Extension", container))
                if name in seen and not _is_repeated_in_group(group, number):
                    yield f"/settings/outputGroups/{index}/outputs/{number}: has the name of another output"
                seen.add(name)


def _is_repeated_in_group(group: dict[str, Any], number: int) -> bool:
    """Told by the group's own rule."""
    names = [output.get("NameModifier") for output in group["Outputs"]]
    return names.index(names[number]) < number
