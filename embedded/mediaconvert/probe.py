"""The Probe operation: what a file holds, read from where it is, without copying it first."""

import asyncio
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError, HTTPError, HTTPForbiddenError, HTTPNotFoundError, HTTPUnauthorizedError

from embedded.mediaconvert.sources import SourceError
from embedded.mediaconvert.storage import Storage

CODECS = {
    "h264": "AVC",
    "hevc": "HEVC",
    "mpeg1video": "MPEG1",
    "mpeg2video": "MPEG2",
    "mpeg4": "MP4V",
    "jpeg2000": "JPEG2000",
    "aac": "AAC",
    "ac3": "AC3",
    "eac3": "EAC3",
    "flac": "FLAC",
    "mp3": "MP3",
    "opus": "OPUS",
    "vorbis": "VORBIS",
    "av1": "AV1",
    "mjpeg": "MJPEG",
    "prores": "PRORES",
    "theora": "THEORA",
    "vp8": "VP8",
    "vp9": "VP9",
    "qtrle": "QTRLE",
    "eia_608": "C608",
    "webvtt": "WEBVTT",
}
# Code points of ITU-T H.273, under the service's names.
PRIMARIES = {
    1: "ITU_709",
    2: "UNSPECIFIED",
    4: "ITU_470M",
    5: "ITU_470BG",
    6: "SMPTE_170M",
    7: "SMPTE_240M",
    8: "GENERIC_FILM",
    9: "ITU_2020",
    10: "SMPTE_428_1",
    11: "SMPTE_431_2",
    12: "SMPTE_EG_432_1",
    22: "EBU_3213_E",
}
TRANSFERS = {
    1: "ITU_709",
    2: "UNSPECIFIED",
    4: "ITU_470M",
    5: "ITU_470BG",
    6: "SMPTE_170M",
    7: "SMPTE_240M",
    8: "LINEAR",
    9: "LOG10_2",
    11: "IEC_61966_2_4",
    12: "ITU_1361",
    13: "IEC_61966_2_1",
    14: "ITU_2020_10bit",
    15: "ITU_2020_12bit",
    16: "SMPTE_2084",
    17: "SMPTE_428_1",
    18: "ARIB_B67",
}
MATRICES = {
    0: "RGB",
    1: "ITU_709",
    2: "UNSPECIFIED",
    4: "FCC",
    5: "ITU_470BG",
    6: "SMPTE_170M",
    7: "SMPTE_240M",
    8: "YCgCo",
    9: "ITU_2020_NCL",
    10: "ITU_2020_CL",
}
HTTP_CODES: dict[type, int] = {HTTPUnauthorizedError: 3401, HTTPForbiddenError: 3403, HTTPNotFoundError: 3404}
TIMEOUT_SECONDS = 20


async def probe(uri: str, storage: Storage) -> dict[str, Any]:
    """A ProbeResult. Raises SourceError."""
    facts: dict[str, Any] = {}
    address = uri
    if uri.startswith("s3://"):
        head = await storage.head(uri)
        facts = {"FileSize": head["ContentLength"], "MimeType": head["ContentType"], "ETag": head["ETag"]}
        facts["LastModified"] = head["LastModified"].timestamp()
        address = await storage.link(uri)
    container = await asyncio.to_thread(_read, address, uri)
    tracks = container["Tracks"]
    mapping = {
        f"{kind.capitalize()}TrackIndexes": [t["Index"] for t in tracks if t["TrackType"] == kind]
        for kind in ("video", "audio", "data")
    }
    return {"Container": container, "Metadata": facts, "TrackMappings": [mapping]}


def _read(address: str, uri: str) -> dict[str, Any]:
    try:
        with av.open(address, timeout=TIMEOUT_SECONDS) as container:
            found = [_track(stream, number) for number, stream in enumerate(container.streams, start=1)]
            told: dict[str, Any] = {"Format": _format(container, uri), "Tracks": found}
            if container.duration:
                told["Duration"] = float(Fraction(container.duration, av.time_base))
            return told
    except HTTPError as error:
        code = HTTP_CODES.get(type(error), 3450)
        raise SourceError(code, f"Unable to open input file [{uri}]: [{error.strerror}]") from error
    except FFmpegError as error:
        raise SourceError(1010, f"Unable to open input file [{uri}]: [{error.strerror}]") from error


def _format(container: Any, uri: str) -> str:
    names: str = container.format.name
    if "mov" in names:
        return "quicktime" if container.metadata.get("major_brand", "qt").strip() == "qt" else "mp4"
    if "matroska" in names:
        return "webm" if uri.endswith(".webm") else "matroska"
    return names.partition(",")[0]


def _track(stream: Any, number: int) -> dict[str, Any]:
    kind = stream.type if stream.type in ("video", "audio") else "data"
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    told: dict[str, Any] = {"Index": number, "TrackType": kind, "Codec": _codec(codec)}
    if stream.duration:
        told["Duration"] = float(stream.duration * stream.time_base)
    if kind == "video":
        told["VideoProperties"] = _video(stream)
    elif kind == "audio":
        told["AudioProperties"] = {
            "BitDepth": stream.codec_context.format.bits if codec.startswith("pcm") else None,
            "BitRate": stream.bit_rate,
            "Channels": stream.codec_context.channels,
            "LanguageCode": stream.language,
            "SampleRate": stream.codec_context.sample_rate,
        }
    else:
        told["DataProperties"] = {"LanguageCode": stream.language}
    return told


def _codec(name: str) -> str:
    return "PCM" if name.startswith("pcm") else CODECS.get(name, "UNKNOWN")


def _video(stream: Any) -> dict[str, Any]:
    codec = stream.codec_context
    rate = stream.average_rate
    form = codec.format
    return {
        "BitDepth": form.components[0].bits if form else None,
        "BitRate": stream.bit_rate,
        "FrameRate": {"Numerator": rate.numerator, "Denominator": rate.denominator} if rate else None,
        "Width": codec.width,
        "Height": codec.height,
        "ColorPrimaries": PRIMARIES.get(int(codec.color_primaries), "UNSPECIFIED"),
        "TransferCharacteristics": TRANSFERS.get(int(codec.color_trc), "UNSPECIFIED"),
        "MatrixCoefficients": MATRICES.get(int(codec.colorspace), "UNSPECIFIED"),
    }
