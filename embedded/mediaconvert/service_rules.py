"""Rules that the service checks beyond its model, as its own 400 answers tell them."""

from collections.abc import Iterator
from typing import Any

from embedded.mediaconvert.service_model import Invalid

AAC_LC_STEREO = (64_000, 576_000)


def check_service_rules(request: dict[str, Any]) -> None:
    """Raises Invalid."""
    settings = request["Settings"]
    problems = list(_inputs(settings.get("Inputs", [])))
    groups = settings.get("OutputGroups", [])
    if not groups:
        problems.append("/settings: outputGroups is a required property")
    for index, group in enumerate(groups):
        problems += _group(group, f"/settings/outputGroups/{index}")
    if problems:
        raise Invalid(problems)


def _inputs(inputs: list[dict[str, Any]]) -> Iterator[str]:
    if not inputs:
        yield "/settings: inputs is a required property"
    for index, each in enumerate(inputs):
        pointer = f"/settings/inputs/{index}"
        if ("FileInput" in each) == ("VideoGenerator" in each):
            yield f"{pointer}: should have either fileInput or videoGenerator"
        images = each.get("ImageInserter", {}).get("InsertableImages", [])
        layers = [image.get("Layer") for image in images]
        if len(set(layers)) != len(layers):
            yield f"{pointer}/imageInserter/insertableImages: layers should be unique"
        for clip_index, clip in enumerate(each.get("InputClippings", [])):
            if not clip.get("StartTimecode") and not clip.get("EndTimecode"):
                yield f"{pointer}/inputClippings/{clip_index}: should have a start or an end"


def _group(group: dict[str, Any], pointer: str) -> Iterator[str]:
    outputs = group.get("Outputs", [])
    if not outputs:
        yield f"{pointer}/outputs: should have at least 1 item"
    for index, output in enumerate(outputs):
        here = f"{pointer}/outputs/{index}"
        yield from _video(output.get("VideoDescription", {}), f"{here}/videoDescription")
        for audio_index, audio in enumerate(output.get("AudioDescriptions", [])):
            yield from _audio(audio, f"{here}/audioDescriptions/{audio_index}")


def _video(video: dict[str, Any], pointer: str) -> Iterator[str]:
    for name in ("Width", "Height"):
        if name in video and video[name] % 2:
            yield f"{pointer}/{name.lower()}: should be even"
    h264 = video.get("CodecSettings", {}).get("H264Settings")
    if h264 and h264.get("RateControlMode") == "QVBR":
        where = f"{pointer}/codecSettings/h264Settings"
        if "MaxBitrate" not in h264:
            yield f"{where}: maxBitrate is a required property"
        if "Bitrate" in h264:
            yield f"{where}: bitrate should not be given with QVBR"


def _audio(audio: dict[str, Any], pointer: str) -> Iterator[str]:
    where = f"{pointer}/codecSettings/aacSettings"
    aac = audio.get("CodecSettings", {}).get("AacSettings")
    if aac is None:
        yield f"{pointer}/codecSettings: aacSettings is a required property"
        return
    for name in ("CodingMode", "SampleRate"):
        if name not in aac:
            yield f"{where}: {name[0].lower()}{name[1:]} is a required property"
    low, high = AAC_LC_STEREO
    if not low <= aac.get("Bitrate", low) <= high:
        yield f"{where}/bitrate: should be between {low} and {high}"
