"""Rules of output groups: files that do not overwrite each other, pictures, sound, still frames."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

VIDEO_SETTINGS = {"H_264": "H264Settings", "FRAME_CAPTURE": "FrameCaptureSettings"}
# What AAC-LC takes at 48 kHz in stereo, of the values the service has (bits/s).
AAC_BITRATES = {
    *(64_000, 80_000, 96_000, 112_000, 128_000, 160_000, 192_000, 224_000, 256_000, 288_000),
    *(320_000, 384_000, 448_000, 512_000, 576_000),
}


def output_faults(settings: dict[str, Any]) -> Iterator[str]:
    """Everything wrong with the output groups of a job."""
    destinations = set()
    has_programme = False
    for index, group in enumerate(settings["OutputGroups"]):
        place = f"OutputGroups/{index}"
        yield from _group(group, place)
        own = group["OutputGroupSettings"]
        destination = next(value["Destination"] for value in own.values() if isinstance(value, dict))
        if destination in destinations:
            yield f"{place}: writes over another group"
        destinations.add(destination)
        for number, output in enumerate(group.get("Outputs", [])):
            yield from _output(output, f"{place}/Outputs/{number}")
            has_programme |= _codec(output) == "H_264" and bool(output.get("AudioDescriptions"))
    if not has_programme:
        yield "OutputGroups: still frames and captions need an output with picture and sound beside them"


def _codec(output: dict[str, Any]) -> str | None:
    codec: str | None = output.get("VideoDescription", {}).get("CodecSettings", {}).get("Codec")
    return codec


def _group(group: dict[str, Any], place: str) -> Iterator[str]:
    outputs = group.get("Outputs", [])
    if not outputs:
        yield f"{place}: at least one output"
    names = [output.get("NameModifier") for output in outputs]
    if len(outputs) > 1 and None in names:
        yield f"{place}: a name for each of several outputs"
    if len(set(names)) != len(names):
        yield f"{place}: every name once"
    own = group["OutputGroupSettings"]
    wanted = {"HLS_GROUP_SETTINGS": "HlsGroupSettings", "FILE_GROUP_SETTINGS": "FileGroupSettings"}
    if set(own) - {"Type"} != {wanted[own["Type"]]}:
        yield f"{place}: settings of another type"
    tiles = own.get("HlsGroupSettings", {}).get("ImageBasedTrickPlaySettings")
    if tiles and outputs:
        yield from _tiles(tiles, outputs, place)


def _tiles(tiles: dict[str, Any], outputs: list[dict[str, Any]], place: str) -> Iterator[str]:
    video = outputs[0]["VideoDescription"]
    height = tiles["ThumbnailWidth"] * video["Height"] / video["Width"]
    if tiles["ThumbnailWidth"] % 8:
        yield f"{place}: thumbnails divide by 8"
    if tiles["TileHeight"] < 2 or tiles["TileHeight"] % 2:
        yield f"{place}: tiles of an even number of rows"
    if height * tiles["TileHeight"] > 4096 + tiles["TileHeight"]:
        yield f"{place}: tile images of at most 4096 lines"


def _output(output: dict[str, Any], place: str) -> Iterator[str]:
    codec, container = _codec(output), output["ContainerSettings"]["Container"]
    if "VideoDescription" in output:
        yield from _video(output["VideoDescription"], f"{place}/VideoDescription")
    for index, audio in enumerate(output.get("AudioDescriptions", [])):
        yield from _audio(audio, f"{place}/AudioDescriptions/{index}")
    if (codec == "FRAME_CAPTURE") != (container == "RAW"):
        yield f"{place}: still frames have no container"
    if codec == "FRAME_CAPTURE" and (output.get("AudioDescriptions") or output.get("CaptionDescriptions")):
        yield f"{place}: still frames are alone"
    one_sound = len(output.get("AudioDescriptions", [])) == 1 and not output.get("CaptionDescriptions")
    if codec is None and container == "MP4" and not one_sound:
        yield f"{place}: one sound, without captions"


def _video(video: dict[str, Any], place: str) -> Iterator[str]:
    codec = video["CodecSettings"]
    if set(codec) != {"Codec", VIDEO_SETTINGS[codec["Codec"]]}:
        yield f"{place}: a codec and its own settings"
    if video["Width"] % 2 or video["Height"] % 2:
        yield f"{place}: even sizes"
    if max(video["Width"], video["Height"]) > 4096 or min(video["Width"], video["Height"]) < 32:
        yield f"{place}: 32 to 4096 pixels"
    if "ImageInserter" in video.get("VideoPreprocessors", {}):
        yield f"{place}: overlays that do not scale with the picture"
    if codec["Codec"] == "H_264":
        yield from _h264(codec["H264Settings"], place)
    else:
        frames = codec["FrameCaptureSettings"]
        if ("FramerateNumerator" in frames) != ("FramerateDenominator" in frames):
            yield f"{place}: a whole rate"


def _h264(h264: dict[str, Any], place: str) -> Iterator[str]:
    if h264.get("RateControlMode") == "QVBR" and ("Bitrate" in h264 or "MaxBitrate" not in h264):
        yield f"{place}: QVBR has MaxBitrate and no Bitrate"
    if (h264.get("CodecProfile") == "BASELINE") and h264.get("EntropyEncoding") != "CAVLC":
        yield f"{place}: BASELINE is CAVLC"
    if h264.get("CodecLevel", "AUTO") != "AUTO":
        yield f"{place}: a level bounds sizes and bitrates"
    if h264.get("NumberBFramesBetweenReferenceFrames", 0) > 7:
        yield f"{place}: at most 7 B-frames"
    if h264.get("FramerateControl") == "SPECIFIED":
        rate = Fraction(h264["FramerateNumerator"], h264["FramerateDenominator"])
        if not 1 <= rate <= 60:
            yield f"{place}: 1 to 60 frames a second"
    if h264.get("ParControl") == "SPECIFIED" and not {"ParNumerator", "ParDenominator"} <= set(h264):
        yield f"{place}: a whole pixel aspect ratio"


def _audio(audio: dict[str, Any], place: str) -> Iterator[str]:
    if set(audio["CodecSettings"]) != {"Codec", "AacSettings"}:
        yield f"{place}: a codec and its own settings"
    aac = audio["CodecSettings"].get("AacSettings", {})
    if not {"CodingMode", "SampleRate"} <= set(aac):
        yield f"{place}: AAC has a coding mode and a sample rate"
    if aac.get("SampleRate") == 48_000 and aac.get("Bitrate") not in AAC_BITRATES:
        yield f"{place}: no bitrate of AAC-LC"
    loudness = audio.get("AudioNormalizationSettings", {})
    if loudness.get("TargetLkfs", -23) > 0:
        yield f"{place}: a target of at most 0 LKFS"
