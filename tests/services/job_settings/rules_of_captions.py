"""Rules of captions, from the inputs' selectors to the outputs that show them."""

from collections.abc import Iterator
from typing import Any

SETTINGS_OF = {"WEBVTT": "WebvttDestinationSettings", "BURN_IN": "BurninDestinationSettings"}


def caption_faults(settings: dict[str, Any]) -> Iterator[str]:
    """Everything wrong with a job's captions."""
    inputs = settings["Inputs"]
    selectors = [each.get("CaptionSelectors", {}) for each in inputs]
    for index, own in enumerate(selectors):
        yield from _selectors(own, f"Inputs/{index}/CaptionSelectors")
    if len({len(own) for own in selectors}) > 1:
        yield "Inputs: as many caption selectors in each (User Guide, creating input captions selectors)"
    known = set().union(*selectors)
    for group_index, group in enumerate(settings["OutputGroups"]):
        shown = []
        for index, output in enumerate(group["Outputs"]):
            here = f"OutputGroups/{group_index}/Outputs/{index}/CaptionDescriptions"
            descriptions = output.get("CaptionDescriptions", [])
            yield from _descriptions(descriptions, output, group, known, here)
            shown += [d.get("LanguageDescription") for d in descriptions if _type(d) == "WEBVTT"]
        if len(set(shown)) != len(shown):
            yield f"OutputGroups/{group_index}: tracks of one name"


def _type(description: dict[str, Any]) -> str:
    kind: str = description["DestinationSettings"]["DestinationType"]
    return kind


def _selectors(selectors: dict[str, Any], place: str) -> Iterator[str]:
    if len(selectors) > 20:
        yield f"{place}: at most 20"
    for name, selector in selectors.items():
        source = selector["SourceSettings"]
        has_file = "FileSourceSettings" in source
        if has_file != (source["SourceType"] != "NULL_SOURCE"):
            yield f"{place}/{name}: a file, or NULL_SOURCE"
        if has_file and not source["FileSourceSettings"]["SourceFile"].endswith(".vtt"):
            yield f"{place}/{name}: the file's type is told by its name"


def _descriptions(
    descriptions: list[dict[str, Any]],
    output: dict[str, Any],
    group: dict[str, Any],
    known: set[str],
    place: str,
) -> Iterator[str]:
    types = [_type(description) for description in descriptions]
    if types.count("BURN_IN") > 1:
        yield f"{place}: one language can be burnt in"
    has_picture = "VideoDescription" in output
    is_hls = group["OutputGroupSettings"]["Type"] == "HLS_GROUP_SETTINGS"
    for description, kind in zip(descriptions, types, strict=True):
        settings = description["DestinationSettings"]
        if set(settings) - {"DestinationType"} != {SETTINGS_OF[kind]}:
            yield f"{place}: settings of another type than {kind}"
        if ("LanguageCode" in description) == ("CustomLanguageCode" in description):
            yield f"{place}: one language"
        if description["CaptionSelectorName"] not in known:
            yield f"{place}: no such selector"
        if kind == "BURN_IN" and (not has_picture or output["ContainerSettings"]["Container"] == "RAW"):
            yield f"{place}: burnt in where there is no video container"
        alone = not has_picture and not output.get("AudioDescriptions") and len(descriptions) == 1
        if kind == "WEBVTT" and not (is_hls and alone):
            yield f"{place}: a track is an output of its own"
