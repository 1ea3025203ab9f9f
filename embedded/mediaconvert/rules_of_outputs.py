"""The service's rules of one output group."""

from collections.abc import Iterator
from typing import Any

from embedded.mediaconvert.rules_of_codecs import audio_problems, video_problems
from embedded.mediaconvert.rules_of_inputs import image_problems

SETTINGS_OF_GROUP = {"HLS_GROUP_SETTINGS": "HlsGroupSettings", "FILE_GROUP_SETTINGS": "FileGroupSettings"}
CONTAINERS_OF_GROUP = {"HLS_GROUP_SETTINGS": ("M3U8",), "FILE_GROUP_SETTINGS": ("MP4", "RAW")}
SETTINGS_OF_CAPTIONS = {"BURN_IN": "BurninDestinationSettings", "WEBVTT": "WebvttDestinationSettings"}
THUMBNAIL_WIDTH_STEP = 8


def group_problems(group: dict[str, Any], caption_selectors: set[str], pointer: str) -> Iterator[str]:
    """`caption_selectors` are the names that any input has."""
    outputs = group.get("Outputs", [])
    if not outputs:
        yield f"{pointer}/outputs: should have at least 1 item"
    settings = group.get("OutputGroupSettings", {})
    yield from _group_settings(settings, f"{pointer}/outputGroupSettings")
    yield from _names(outputs, pointer)
    is_automated = "AbrSettings" in group.get("AutomatedEncodingSettings", {})
    if is_automated:
        yield from _automated(outputs, pointer)
    for index, output in enumerate(outputs):
        here = f"{pointer}/outputs/{index}"
        yield from _output(output, settings.get("Type"), is_automated, here)
        yield from _captions(output, caption_selectors, here)
    yield from _audio_sets(outputs, pointer)


def _group_settings(settings: dict[str, Any], pointer: str) -> Iterator[str]:
    if "Type" not in settings:
        yield f"{pointer}: type is a required property"
        return
    wanted = SETTINGS_OF_GROUP.get(settings["Type"])
    if wanted is None:
        return
    for name in settings:
        if name not in ("Type", wanted):
            yield f"{pointer}/{name[0].lower()}{name[1:]}: should not be given with type {settings['Type']}"
    own = settings.get(wanted, {})
    here = f"{pointer}/{wanted[0].lower()}{wanted[1:]}"
    if "Destination" not in own:
        yield f"{here}: destination is a required property"
    if wanted == "HlsGroupSettings":
        for name in ("SegmentLength", "MinSegmentLength"):
            if name not in own:
                yield f"{here}: {name[0].lower()}{name[1:]} is a required property"
        width = own.get("ImageBasedTrickPlaySettings", {}).get("ThumbnailWidth", THUMBNAIL_WIDTH_STEP)
        if width % THUMBNAIL_WIDTH_STEP:
            yield f"{here}/imageBasedTrickPlaySettings/thumbnailWidth: should be divisible by 8"


def _names(outputs: list[dict[str, Any]], pointer: str) -> Iterator[str]:
    seen = set()
    for index, output in enumerate(outputs):
        name = output.get("NameModifier")
        if name is None and len(outputs) > 1:
            yield f"{pointer}/outputs/{index}: nameModifier is a required property"
        elif name in seen:
            yield f"{pointer}/outputs/{index}/nameModifier: should be unique in the output group"
        seen.add(name)


def _automated(outputs: list[dict[str, Any]], pointer: str) -> Iterator[str]:
    """User Guide, "auto-abr"."""
    with_video = [index for index, output in enumerate(outputs) if "VideoDescription" in output]
    if len(with_video) != 1:
        yield f"{pointer}/outputs: should have one output with video for automated ABR"
    for index in with_video:
        here = f"{pointer}/outputs/{index}/videoDescription"
        video = outputs[index]["VideoDescription"]
        for name in ("Width", "Height"):
            if name in video:
                yield f"{here}/{name.lower()}: should not be given with automated ABR"
        h264 = video.get("CodecSettings", {}).get("H264Settings", {})
        where = f"{here}/codecSettings/h264Settings"
        if h264.get("RateControlMode") != "QVBR":
            yield f"{where}/rateControlMode: should be QVBR for automated ABR"
        if h264.get("QualityTuningLevel") != "MULTI_PASS_HQ":
            yield f"{where}/qualityTuningLevel: should be MULTI_PASS_HQ for automated ABR"


def _output(output: dict[str, Any], kind: str | None, is_automated: bool, pointer: str) -> Iterator[str]:
    container = output.get("ContainerSettings", {}).get("Container")
    if container is None:
        yield f"{pointer}/containerSettings: container is a required property"
    elif kind in CONTAINERS_OF_GROUP and container not in CONTAINERS_OF_GROUP[kind]:
        allowed = ", ".join(CONTAINERS_OF_GROUP[kind])
        yield f"{pointer}/containerSettings/container: should be one of {allowed} in {kind}"
    video = output.get("VideoDescription")
    if video is None and not output.get("AudioDescriptions") and not output.get("CaptionDescriptions"):
        yield f"{pointer}: should have a video, audio or caption description"
    if video is not None:
        here = f"{pointer}/videoDescription"
        yield from video_problems(video, here, is_automated=is_automated)
        inserter = video.get("VideoPreprocessors", {}).get("ImageInserter", {})
        yield from image_problems(inserter, f"{here}/videoPreprocessors/imageInserter")
        is_capture = video.get("CodecSettings", {}).get("Codec") == "FRAME_CAPTURE"
        if is_capture != (container == "RAW"):
            yield f"{pointer}/containerSettings/container: RAW is for FRAME_CAPTURE, which has no other"
        if is_capture and output.get("AudioDescriptions"):
            yield f"{pointer}/audioDescriptions: should not be given with FRAME_CAPTURE"
    for index, audio in enumerate(output.get("AudioDescriptions", [])):
        yield from audio_problems(audio, f"{pointer}/audioDescriptions/{index}")


def _captions(output: dict[str, Any], selectors: set[str], pointer: str) -> Iterator[str]:
    captions = output.get("CaptionDescriptions", [])
    types = [caption.get("DestinationSettings", {}).get("DestinationType") for caption in captions]
    if types.count("BURN_IN") > 1:
        yield f"{pointer}/captionDescriptions: should have at most one with BURN_IN"
    has_media = "VideoDescription" in output or bool(output.get("AudioDescriptions"))
    for index, (caption, kind) in enumerate(zip(captions, types, strict=True)):
        here = f"{pointer}/captionDescriptions/{index}"
        name = caption.get("CaptionSelectorName")
        if name is None:
            yield f"{here}: captionSelectorName is a required property"
        elif name not in selectors:
            yield f"{here}/captionSelectorName: {name} is not one of captionSelectors"
        yield from _caption_settings(caption.get("DestinationSettings", {}), kind, here)
        if kind == "BURN_IN" and "VideoDescription" not in output:
            yield f"{here}: BURN_IN should be in an output with video"
        if kind == "WEBVTT" and (has_media or len(captions) > 1):
            yield f"{here}: WEBVTT should be in an output of its own"


def _caption_settings(settings: dict[str, Any], kind: str | None, pointer: str) -> Iterator[str]:
    here = f"{pointer}/destinationSettings"
    if kind is None:
        yield f"{here}: destinationType is a required property"
    for name in settings:
        if kind and name not in ("DestinationType", SETTINGS_OF_CAPTIONS.get(kind)):
            yield f"{here}/{name[0].lower()}{name[1:]}: should not be given with destinationType {kind}"
    burnt = settings.get("BurninDestinationSettings", {})
    if burnt.get("FontColor") == "HEX" and "HexFontColor" not in burnt:
        yield f"{here}/burninDestinationSettings: hexFontColor is a required property"


def _audio_sets(outputs: list[dict[str, Any]], pointer: str) -> Iterator[str]:
    """Pictures name groups of sound that are there."""
    settings = [output.get("OutputSettings", {}).get("HlsSettings", {}) for output in outputs]
    groups = {
        own["AudioGroupId"]
        for output, own in zip(outputs, settings, strict=True)
        if "AudioGroupId" in own and "VideoDescription" not in output
    }
    for index, (output, own) in enumerate(zip(outputs, settings, strict=True)):
        for name in own.get("AudioRenditionSets", "").split(","):
            is_known = name.strip() in groups or bool(output.get("AudioDescriptions"))
            if name.strip() and not is_known:
                where = f"{pointer}/outputs/{index}/outputSettings/hlsSettings/audioRenditionSets"
                yield f"{where}: {name.strip()} is no audioGroupId of an audio output"
