"""The service's rules of what compresses pictures and sound."""

from collections.abc import Iterator
from typing import Any

from embedded.mediaconvert.rules_of_inputs import remix_problems

SETTINGS_OF_CODEC = {
    "H_264": "H264Settings",
    "H_265": "H265Settings",
    "FRAME_CAPTURE": "FrameCaptureSettings",
}
# API reference, AacSettings.Bitrate. AAC-LC has at most 6 bits a sample and channel (ISO/IEC 14496-3), which
# is also what the service's own bounds come to: 576000 at 48 kHz in stereo, 512000 at 44.1 kHz.
AAC_BITRATES = (
    *(6000, 8000, 10000, 12000, 14000, 16000, 20000, 24000, 28000, 32000, 40000, 48000, 56000, 64000, 80000),
    *(96000, 112000, 128000, 160000, 192000, 224000, 256000, 288000, 320000, 384000, 448000, 512000, 576000),
    *(640000, 768000, 896000, 1024000),
)
CHANNELS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2, "CODING_MODE_5_1": 6}
LEAST_AAC_PER_CHANNEL, LOWEST_FULL_RATE = 32_000, 44_100
# ITU-T H.264, table A-1: most macroblocks of a frame, most kbit/s (a quarter more in High profile).
LEVELS = {
    "LEVEL_1": (99, 64),
    "LEVEL_1_1": (396, 192),
    "LEVEL_1_2": (396, 384),
    "LEVEL_1_3": (396, 768),
    "LEVEL_2": (396, 2_000),
    "LEVEL_2_1": (792, 4_000),
    "LEVEL_2_2": (1_620, 4_000),
    "LEVEL_3": (1_620, 10_000),
    "LEVEL_3_1": (3_600, 14_000),
    "LEVEL_3_2": (5_120, 20_000),
    "LEVEL_4": (8_192, 20_000),
    "LEVEL_4_1": (8_192, 50_000),
    "LEVEL_4_2": (8_704, 50_000),
    "LEVEL_5": (22_080, 135_000),
    "LEVEL_5_1": (36_864, 240_000),
    "LEVEL_5_2": (36_864, 240_000),
}
# Reference of the API: LKFS and dBTP.
TARGETS, PEAK_LIMITS = (-59.0, 0.0), (-8.0, 0.0)


def video_problems(video: dict[str, Any], pointer: str, *, is_automated: bool) -> Iterator[str]:
    """With automated ABR the service chooses bitrates itself."""
    for name in ("Width", "Height"):
        if name in video and video[name] % 2:
            yield f"{pointer}/{name.lower()}: should be even"
    codec = video.get("CodecSettings", {})
    yield from _one_codec(codec, SETTINGS_OF_CODEC, f"{pointer}/codecSettings")
    if codec.get("Codec") == "H_264":
        where = f"{pointer}/codecSettings/h264Settings"
        h264 = codec.get("H264Settings", {})
        yield from _rates(h264, where, is_automated=is_automated)
        yield from _profile(h264, where)
        yield from _level(h264, video, where)
    capture = codec.get("FrameCaptureSettings", {})
    if ("FramerateNumerator" in capture) != ("FramerateDenominator" in capture):
        missing = "Denominator" if "FramerateNumerator" in capture else "Numerator"
        where = f"{pointer}/codecSettings/frameCaptureSettings"
        yield f"{where}: framerate{missing} is a required property"


def audio_problems(audio: dict[str, Any], pointer: str) -> Iterator[str]:
    codec = audio.get("CodecSettings", {})
    if codec.get("Codec", "AAC") == "AAC":
        yield from _aac(codec, f"{pointer}/codecSettings")
    yield from remix_problems(audio.get("RemixSettings", {}), f"{pointer}/remixSettings")
    level = audio.get("AudioNormalizationSettings", {})
    here = f"{pointer}/audioNormalizationSettings"
    for name, (low, high) in {"TargetLkfs": TARGETS, "TruePeakLimiterThreshold": PEAK_LIMITS}.items():
        if not low <= level.get(name, low) <= high:
            yield f"{here}/{_wire(name)}: should be between {low:g} and {high:g}"


def _one_codec(codec: dict[str, Any], settings: dict[str, str], pointer: str) -> Iterator[str]:
    """A codec, and at most its own settings object."""
    if "Codec" not in codec:
        yield f"{pointer}: codec is a required property"
        return
    own = settings.get(codec["Codec"])
    for name in codec:
        if name not in ("Codec", own):
            yield f"{pointer}/{_wire(name)}: should not be given with codec {codec['Codec']}"
    if own and own not in codec:
        yield f"{pointer}: {_wire(own)} is a required property"


def _rates(h264: dict[str, Any], where: str, *, is_automated: bool) -> Iterator[str]:
    mode = h264.get("RateControlMode", "VBR")
    needed = [] if is_automated else ["MaxBitrate"] if mode == "QVBR" else ["Bitrate"]
    if h264.get("FramerateControl") == "SPECIFIED":
        needed += ["FramerateNumerator", "FramerateDenominator"]
    if h264.get("ParControl") == "SPECIFIED":
        needed += ["ParNumerator", "ParDenominator"]
    yield from (f"{where}: {_wire(name)} is a required property" for name in needed if name not in h264)
    if mode == "QVBR" and "Bitrate" in h264:
        yield f"{where}: bitrate should not be given with QVBR"
    if mode != "QVBR" and "QvbrSettings" in h264:
        yield f"{where}/qvbrSettings: should not be given with {mode}"
    if mode == "VBR" and h264.get("MaxBitrate", h264.get("Bitrate", 0)) < h264.get("Bitrate", 0):
        yield f"{where}/maxBitrate: should be at least bitrate"


def _profile(h264: dict[str, Any], where: str) -> Iterator[str]:
    if h264.get("CodecProfile") != "BASELINE":
        return
    if h264.get("EntropyEncoding") != "CAVLC":
        yield f"{where}/entropyEncoding: should be CAVLC with BASELINE"
    if h264.get("NumberBFramesBetweenReferenceFrames", 0):
        yield f"{where}/numberBFramesBetweenReferenceFrames: should be 0 with BASELINE"


def _level(h264: dict[str, Any], video: dict[str, Any], where: str) -> Iterator[str]:
    bounds = LEVELS.get(h264.get("CodecLevel", "AUTO"))
    if bounds is None:
        return
    blocks, kilobits = bounds
    highest = kilobits * 1000 * (5 if h264.get("CodecProfile") == "HIGH" else 4) // 4
    for name in ("Bitrate", "MaxBitrate"):
        if h264.get(name, 0) > highest:
            yield f"{where}/{_wire(name)}: should be at most {highest} for {h264['CodecLevel']}"
    if -(-video.get("Width", 0) // 16) * -(-video.get("Height", 0) // 16) > blocks:
        size = f"{video['Width']}x{video['Height']}"
        yield f"{where}/codecLevel: {size} is too large for {h264['CodecLevel']}"


def _aac(codec: dict[str, Any], pointer: str) -> Iterator[str]:
    aac = codec.get("AacSettings")
    for name in codec:
        if name not in ("Codec", "AacSettings"):
            yield f"{pointer}/{_wire(name)}: should not be given with codec AAC"
    if aac is None:
        yield f"{pointer}: aacSettings is a required property"
        return
    where = f"{pointer}/aacSettings"
    for name in ("CodingMode", "SampleRate"):
        if name not in aac:
            yield f"{where}: {_wire(name)} is a required property"
    if aac.get("RateControlMode") == "VBR":
        if "Bitrate" in aac:
            yield f"{where}/bitrate: should not be given with VBR"
        return
    channels = CHANNELS.get(aac.get("CodingMode", ""))
    if "Bitrate" in aac and channels and "SampleRate" in aac:
        yield from _aac_bitrate(aac["Bitrate"], aac["SampleRate"], channels, where)


def _aac_bitrate(bitrate: int, sample_rate: int, channels: int, where: str) -> Iterator[str]:
    highest = max(value for value in AAC_BITRATES if value <= 6 * sample_rate * channels)
    is_full = sample_rate >= LOWEST_FULL_RATE and channels <= 2
    lowest = LEAST_AAC_PER_CHANNEL * channels if is_full else AAC_BITRATES[0]
    if not lowest <= bitrate <= highest:
        yield f"{where}/bitrate: should be between {lowest} and {highest}"
    elif bitrate not in AAC_BITRATES:
        yield f"{where}/bitrate: should be one of {', '.join(map(str, AAC_BITRATES))}"


def _wire(name: str) -> str:
    return name[0].lower() + name[1:]
