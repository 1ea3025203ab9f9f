"""Pictures: H.264 in BT.709 with square pixels at a constant rate, and still frames."""

from fractions import Fraction
from math import gcd
from typing import Any

from services.job_settings.rendition_ladder import Rung
from services.media.probed_media import ProbedMedia

HD_QUALITY = 8
SD_QUALITY = 7
GOP_SECONDS = 2.0
JPEG_QUALITY = 85


def h264_video(rung: Rung, rate: Fraction, media: ProbedMedia) -> dict[str, Any]:
    """The picture of one rendition."""
    return _picture(rung.width, rung.height, media) | {
        "TimecodeInsertion": "DISABLED",
        "ColorMetadata": "INSERT",
        "RespondToAfd": "NONE",
        "AfdSignaling": "NONE",
        "CodecSettings": {"Codec": "H_264", "H264Settings": _h264(rung, rate)},
    }


def still_frames(width: int, height: int, at_ms: int, rate: Fraction, media: ProbedMedia) -> dict[str, Any]:
    """JPEG pictures: the first frame and, when `at_ms` is past it, the frame at that moment as the second."""
    later = at_ms > 0 and not is_first_frame(at_ms, rate)
    common = gcd(1000, at_ms) if later else 1
    frames = {
        "FramerateNumerator": 1000 // common if later else 1,
        "FramerateDenominator": at_ms // common if later else 1,
        "MaxCaptures": 2 if later else 1,
        "Quality": JPEG_QUALITY,
    }
    codec = {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": frames}
    return _picture(width, height, media) | {"CodecSettings": codec}


def is_first_frame(at_ms: int, rate: Fraction) -> bool:
    """Whether a moment still shows the programme's first frame."""
    return Fraction(at_ms, 1000) * rate < 1


def _picture(width: int, height: int, media: ProbedMedia) -> dict[str, Any]:
    preprocessors: dict[str, Any] = {
        # Has no effect on SDR sources; HDR ones would look washed out without it.
        "ColorCorrector": {
            "ColorSpaceConversion": "FORCE_709",
            "HdrToSdrToneMapper": "PRESERVE_DETAILS",
        }
    }
    if media.interlaced:
        preprocessors["Deinterlacer"] = {
            "Algorithm": "INTERPOLATE",
            "Mode": "DEINTERLACE",
            "Control": "NORMAL",
        }
    return {
        "Width": width,
        "Height": height,
        "ScalingBehavior": "DEFAULT",
        "Sharpness": 50,
        "AntiAlias": "ENABLED",
        "VideoPreprocessors": preprocessors,
    }


def _h264(rung: Rung, rate: Fraction) -> dict[str, Any]:
    return {
        "RateControlMode": "QVBR",
        "MaxBitrate": rung.max_bitrate,
        "QvbrSettings": {"QvbrQualityLevel": HD_QUALITY if rung.name >= 1080 else SD_QUALITY},
        "QualityTuningLevel": "SINGLE_PASS_HQ",
        "CodecProfile": "HIGH" if rung.is_hd else "MAIN",
        "CodecLevel": "AUTO",
        "FramerateControl": "SPECIFIED",
        "FramerateNumerator": rate.numerator,
        "FramerateDenominator": rate.denominator,
        "FramerateConversionAlgorithm": "DUPLICATE_DROP",
        "ParControl": "SPECIFIED",
        "ParNumerator": 1,
        "ParDenominator": 1,
        "GopSize": GOP_SECONDS,
        "GopSizeUnits": "SECONDS",
        "GopClosedCadence": 1,
        "InterlaceMode": "PROGRESSIVE",
        "SceneChangeDetect": "TRANSITION_DETECTION",
        "AdaptiveQuantization": "AUTO",
        "EntropyEncoding": "CABAC",
    }
