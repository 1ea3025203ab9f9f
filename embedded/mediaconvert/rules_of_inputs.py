"""The service's rules of one input."""

from collections.abc import Iterator
from typing import Any

CAPTION_FILES = {"WEBVTT": ("vtt", "webvtt"), "SRT": ("srt",)}


def input_problems(each: dict[str, Any], pointer: str) -> Iterator[str]:
    if ("FileInput" in each) == ("VideoGenerator" in each):
        yield f"{pointer}: should have either fileInput or videoGenerator"
    if "VideoGenerator" in each:
        yield from _generator(each["VideoGenerator"], f"{pointer}/videoGenerator")
    yield from image_problems(each.get("ImageInserter", {}), f"{pointer}/imageInserter")
    for index, clip in enumerate(each.get("InputClippings", [])):
        yield from _clip(clip, f"{pointer}/inputClippings/{index}")
    yield from _audio_selectors(each, pointer)
    for name, selector in each.get("CaptionSelectors", {}).items():
        yield from _caption_selector(selector, f"{pointer}/captionSelectors/{name}")


def image_problems(inserter: dict[str, Any], pointer: str) -> Iterator[str]:
    """Of the overlays of an input or an output."""
    images = inserter.get("InsertableImages", [])
    layers = [image.get("Layer") for image in images]
    if len(set(layers)) != len(layers):
        yield f"{pointer}/insertableImages: layers should be unique"
    for index, image in enumerate(images):
        here = f"{pointer}/insertableImages/{index}"
        for name in ("ImageInserterInput", "ImageX", "ImageY", "Layer"):
            if name not in image:
                yield f"{here}: {name[0].lower()}{name[1:]} is a required property"
        if "Duration" in image and image.get("FadeIn", 0) > image["Duration"]:
            yield f"{here}/fadeIn: should be at most duration, which holds it"


def remix_problems(remix: dict[str, Any], pointer: str) -> Iterator[str]:
    rows = remix.get("ChannelMapping", {}).get("OutputChannels", [])
    here = f"{pointer}/channelMapping/outputChannels"
    if rows and len(rows) != remix.get("ChannelsOut", len(rows)):
        yield f"{here}: should have {remix['ChannelsOut']} items, as channelsOut says"
    for index, row in enumerate(rows):
        if ("InputChannels" in row) == ("InputChannelsFineTune" in row):
            yield f"{here}/{index}: should have either inputChannels or inputChannelsFineTune"
            continue
        (name,) = (name for name in ("InputChannels", "InputChannelsFineTune") if name in row)
        if len(row[name]) != remix.get("ChannelsIn", len(row[name])):
            wire_name = name[0].lower() + name[1:]
            yield f"{here}/{index}/{wire_name}: should have {remix['ChannelsIn']} items, as channelsIn says"


def _generator(generator: dict[str, Any], pointer: str) -> Iterator[str]:
    if "Duration" not in generator:
        yield f"{pointer}: duration is a required property"
    for name in ("Width", "Height"):
        if generator.get(name, 0) % 2:
            yield f"{pointer}/{name.lower()}: should be even"
    for one, other in (("Width", "Height"), ("FramerateNumerator", "FramerateDenominator")):
        for present, missing in ((one, other), (other, one)):
            if present in generator and missing not in generator:
                yield f"{pointer}: {missing[0].lower()}{missing[1:]} is a required property"


def _clip(clip: dict[str, Any], pointer: str) -> Iterator[str]:
    start, end = clip.get("StartTimecode"), clip.get("EndTimecode")
    if not start and not end:
        yield f"{pointer}: should have a start or an end"
    elif start and end and end.replace(";", ":") < start.replace(";", ":"):
        yield f"{pointer}/endTimecode: should not be before startTimecode"


def _audio_selectors(each: dict[str, Any], pointer: str) -> Iterator[str]:
    selectors = each.get("AudioSelectors", {})
    defaults = [one for one in selectors.values() if one.get("DefaultSelection") == "DEFAULT"]
    if len(defaults) > 1:
        yield f"{pointer}/audioSelectors: should have at most one with defaultSelection DEFAULT"
    for name, selector in selectors.items():
        yield from remix_problems(
            selector.get("RemixSettings", {}), f"{pointer}/audioSelectors/{name}/remixSettings"
        )
    for name, group in each.get("AudioSelectorGroups", {}).items():
        for member in group.get("AudioSelectorNames", []):
            if member not in selectors:
                yield f"{pointer}/audioSelectorGroups/{name}: {member} is not one of audioSelectors"


def _caption_selector(selector: dict[str, Any], pointer: str) -> Iterator[str]:
    source = selector.get("SourceSettings", {})
    endings = CAPTION_FILES.get(source.get("SourceType", ""))
    if endings is None:
        return
    here = f"{pointer}/sourceSettings"
    file = source.get("FileSourceSettings", {}).get("SourceFile")
    if file is None:
        yield f"{here}/fileSourceSettings: sourceFile is a required property"
    elif file.partition("?")[0].rpartition(".")[2].lower() not in endings:
        yield f"{here}/fileSourceSettings/sourceFile: should end in {endings[0]} for {source['SourceType']}"
