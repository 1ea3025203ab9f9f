"""How pictures and sound are compressed, read from codec settings."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

# Quality levels against x264's CRF, by eye; AWS does not publish what a level means.
CRF_OF_QUALITY = {10: 16, 9: 18, 8: 20, 7: 22, 6: 24, 5: 26, 4: 28, 3: 30, 2: 32, 1: 34}
PRESET_OF_TUNING = {"SINGLE_PASS": "superfast", "SINGLE_PASS_HQ": "veryfast", "MULTI_PASS_HQ": "medium"}
PROFILES = {"BASELINE": "baseline", "MAIN": "main", "HIGH": "high"}
CODING_MODE_CHANNELS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2, "CODING_MODE_5_1": 6}
# Bit/s for each channel where no bitrate is given.
AAC_DEFAULT, AAC_VBR = 48_000, {"LOW": 32_000, "MEDIUM_LOW": 48_000, "MEDIUM_HIGH": 64_000, "HIGH": 96_000}


@dataclass(frozen=True)
class H264:
    """`crf` for QVBR; otherwise `bitrate`, in bits/s."""

    crf: int | None
    bitrate: int | None
    max_bitrate: int | None
    buffer_bits: int | None
    preset: str
    profile: str
    level: str | None
    is_cavlc: bool
    b_frames: int | None
    references: int | None
    gop_frames: int


@dataclass(frozen=True)
class Aac:
    bitrate: int
    sample_rate: int
    channels: int


@dataclass(frozen=True)
class Capture:
    """Stills at the start and then every `1 / rate` seconds, `count` of them at most."""

    rate: Fraction
    count: int
    quality: int


def read_h264(own: dict[str, Any], rate: Fraction) -> H264:
    mode = own.get("RateControlMode", "VBR")
    level = own.get("QvbrSettings", {}).get("QvbrQualityLevel", 7)
    bitrate = None if mode == "QVBR" else own.get("Bitrate")
    highest = bitrate if mode == "CBR" else own.get("MaxBitrate")
    codec_level = own.get("CodecLevel", "AUTO")
    return H264(
        crf=CRF_OF_QUALITY[level] if mode == "QVBR" else None,
        bitrate=bitrate,
        max_bitrate=highest,
        buffer_bits=own.get("HrdBufferSize", 2 * highest if highest else None),
        preset=PRESET_OF_TUNING[own.get("QualityTuningLevel", "SINGLE_PASS")],
        profile=PROFILES[own.get("CodecProfile", "MAIN")],
        level=None if codec_level == "AUTO" else codec_level.removeprefix("LEVEL_").replace("_", "."),
        is_cavlc=own.get("EntropyEncoding") == "CAVLC",
        b_frames=own.get("NumberBFramesBetweenReferenceFrames"),
        references=own.get("NumberReferenceFrames"),
        gop_frames=_gop_frames(own, rate),
    )


def read_aac(own: dict[str, Any]) -> Aac:
    channels = CODING_MODE_CHANNELS[own["CodingMode"]]
    each = AAC_VBR[own.get("VbrQuality", "MEDIUM_LOW")] if own.get("RateControlMode") == "VBR" else None
    return Aac(
        bitrate=each * channels if each else own.get("Bitrate", AAC_DEFAULT * channels),
        sample_rate=own["SampleRate"],
        channels=channels,
    )


def read_capture(own: dict[str, Any]) -> Capture:
    return Capture(
        rate=Fraction(own.get("FramerateNumerator", 1), own.get("FramerateDenominator", 1)),
        count=own.get("MaxCaptures", 1),
        quality=own.get("Quality", 80),
    )


def _gop_frames(own: dict[str, Any], rate: Fraction) -> int:
    """Two seconds where the service would choose (AUTO, or no size)."""
    unit = own.get("GopSizeUnits", "AUTO" if "GopSize" not in own else "FRAMES")
    size = own.get("GopSize") or 2.0
    frames = size if unit == "FRAMES" and own.get("GopSize") else (2.0 if unit == "AUTO" else size) * rate
    return max(1, round(frames))
