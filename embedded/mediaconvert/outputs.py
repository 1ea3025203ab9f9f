"""The outputs of a job: what to encode, under which names, and where to put it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from embedded.mediaconvert.programme import Overlay, read_overlays

# Quality levels against x264's CRF, by eye; AWS does not publish what a level means.
CRF_OF_QUALITY = {10: 16, 9: 18, 8: 20, 7: 22, 6: 24, 5: 26, 4: 28, 3: 30, 2: 32, 1: 34}
PRESET_OF_TUNING = {"SINGLE_PASS": "superfast", "SINGLE_PASS_HQ": "veryfast", "MULTI_PASS_HQ": "medium"}


@dataclass(frozen=True)
class Sound:
    """AAC from the selector of this name, or silence where an input has none of it. Bit/s, Hz, LKFS, dBTP."""

    selector: str
    bitrate: int
    sample_rate: int
    target_lkfs: float | None
    peak_limit: float

    @property
    def mix(self) -> tuple[str, float | None, float]:
        """What must be equal for two outputs to share one mixed sound."""
        return (self.selector, self.target_lkfs, self.peak_limit)


@dataclass(frozen=True)
class Picture:
    width: int | None
    height: int | None
    is_stretched: bool
    is_deinterlaced: bool
    is_709: bool
    overlays: tuple[Overlay, ...]


@dataclass(frozen=True)
class H264:
    crf: int | None
    bitrate: int | None
    max_bitrate: int | None
    preset: str
    gop_frames: int


@dataclass(frozen=True)
class Capture:
    """Stills at the start and then every `1 / rate` seconds, `count` of them at most."""

    rate: Fraction
    count: int
    quality: int


@dataclass(frozen=True)
class Output:
    """`name` is the file's stem; an HLS rung, an MP4 or stills by what is set."""

    container: str
    name: str
    extension: str
    picture: Picture
    h264: H264 | None
    capture: Capture | None
    sound: Sound | None
    is_faststart: bool


@dataclass(frozen=True)
class Thumbnails:
    """Tiles of small pictures, one every `interval` seconds."""

    interval: float
    width: int
    columns: int
    rows: int


@dataclass(frozen=True)
class Group:
    """`bucket` and `folder` are where files go; `stem` begins the names of all of them."""

    type: str
    bucket: str
    folder: str
    stem: str
    segment_seconds: int
    thumbnails: Thumbnails | None
    outputs: tuple[Output, ...]


def read_groups(settings: dict[str, Any], rate: Fraction) -> tuple[Group, ...]:
    return tuple(_group(group, rate) for group in settings["OutputGroups"])


def _group(group: dict[str, Any], rate: Fraction) -> Group:
    kind = group["OutputGroupSettings"]["Type"]
    hls = group["OutputGroupSettings"].get("HlsGroupSettings", {})
    own = hls or group["OutputGroupSettings"].get("FileGroupSettings", {})
    bucket, _, key = own["Destination"].removeprefix("s3://").partition("/")
    folder, _, stem = key.rpartition("/")
    return Group(
        type=kind,
        bucket=bucket,
        folder=folder,
        stem=stem,
        segment_seconds=hls.get("SegmentLength", 10),
        thumbnails=_thumbnails(hls),
        outputs=tuple(_output(output, stem, rate) for output in group["Outputs"]),
    )


def _thumbnails(hls: dict[str, Any]) -> Thumbnails | None:
    if hls.get("ImageBasedTrickPlay", "NONE") == "NONE":
        return None
    own = hls.get("ImageBasedTrickPlaySettings", {})
    return Thumbnails(
        interval=own.get("ThumbnailInterval", 5.0),
        width=own.get("ThumbnailWidth", 312),
        columns=own.get("TileWidth", 1),
        rows=own.get("TileHeight", 1),
    )


def _output(output: dict[str, Any], stem: str, rate: Fraction) -> Output:
    container = output["ContainerSettings"]["Container"]
    video = output["VideoDescription"]
    codec = video["CodecSettings"]
    mp4 = output["ContainerSettings"].get("Mp4Settings", {})
    extension = {"M3U8": "m3u8", "MP4": "mp4", "RAW": "jpg"}[container]
    audio = output.get("AudioDescriptions", [])
    return Output(
        container=container,
        name=stem + output.get("NameModifier", ""),
        extension=output.get("Extension", extension),
        picture=_picture(video, rate),
        h264=_h264(codec["H264Settings"], rate) if codec["Codec"] == "H_264" else None,
        capture=_capture(codec["FrameCaptureSettings"]) if codec["Codec"] == "FRAME_CAPTURE" else None,
        sound=_sound(audio[0]) if audio else None,
        is_faststart=mp4.get("MoovPlacement") == "PROGRESSIVE_DOWNLOAD",
    )


def _picture(video: dict[str, Any], rate: Fraction) -> Picture:
    processing = video.get("VideoPreprocessors", {})
    colour = processing.get("ColorCorrector", {})
    return Picture(
        width=video.get("Width"),
        height=video.get("Height"),
        is_stretched=video.get("ScalingBehavior") == "STRETCH_TO_OUTPUT",
        is_deinterlaced="Deinterlacer" in processing,
        is_709=colour.get("ColorSpaceConversion") == "FORCE_709",
        overlays=read_overlays(processing.get("ImageInserter", {}), rate),
    )


def _h264(own: dict[str, Any], rate: Fraction) -> H264:
    size = own.get("GopSize", 2.0)
    frames = size * rate if own.get("GopSizeUnits") == "SECONDS" else size
    is_qvbr = own.get("RateControlMode") == "QVBR"
    level = own.get("QvbrSettings", {}).get("QvbrQualityLevel", 7)
    return H264(
        crf=CRF_OF_QUALITY[level] if is_qvbr else None,
        bitrate=own.get("Bitrate"),
        max_bitrate=own.get("MaxBitrate"),
        preset=PRESET_OF_TUNING[own.get("QualityTuningLevel", "SINGLE_PASS")],
        gop_frames=max(1, round(frames)),
    )


def _capture(own: dict[str, Any]) -> Capture:
    return Capture(
        rate=Fraction(own.get("FramerateNumerator", 1), own.get("FramerateDenominator", 1)),
        count=own.get("MaxCaptures", 1),
        quality=own.get("Quality", 80),
    )


def _sound(audio: dict[str, Any]) -> Sound:
    aac = audio["CodecSettings"]["AacSettings"]
    level = audio.get("AudioNormalizationSettings", {})
    is_corrected = level.get("AlgorithmControl", "CORRECT_AUDIO") == "CORRECT_AUDIO"
    return Sound(
        selector=audio.get("AudioSourceName", "Audio Selector 1"),
        bitrate=aac["Bitrate"],
        sample_rate=aac["SampleRate"],
        target_lkfs=level.get("TargetLkfs", -23.0) if level and is_corrected else None,
        peak_limit=level.get("TruePeakLimiterThreshold", 0.0),
    )
