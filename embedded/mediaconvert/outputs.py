"""The outputs of a job: what to encode, under which names, and where to put it."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from embedded.mediaconvert.automated_abr import renditions
from embedded.mediaconvert.caption_style import CaptionStyle, read_style
from embedded.mediaconvert.encodings import H264, Aac, Capture, read_aac, read_capture, read_h264
from embedded.mediaconvert.framing import Framing, Size, framing
from embedded.mediaconvert.programme import Overlay, read_overlays
from embedded.mediaconvert.remix import Matrix, read_remix

EXTENSIONS = {"M3U8": "m3u8", "MP4": "mp4", "RAW": "jpg"}
LARGE_CAPTION_SEGMENT_SECONDS = 300
LOWEST_GATE = -70.0
STYLES_KEPT = ("ENABLED", "STRICT")


@dataclass(frozen=True)
class Mix:
    """What is heard: a selector or group of each input, remixed, at a loudness (LKFS, dBTP). What is quieter
    than the gate is left as it is."""

    selector: str
    remix: Matrix | None
    channels: int
    target_lkfs: float | None
    peak_limit: float
    gate_lkfs: float

    @property
    def unlevelled(self) -> "Mix":
        """The same sound as loud as it came: what is measured."""
        return replace(self, target_lkfs=None, peak_limit=0.0, gate_lkfs=LOWEST_GATE)


@dataclass(frozen=True)
class Sound:
    """One audio track. `language` as in ISO 639, `label` for people; both may be empty."""

    mix: Mix
    aac: Aac
    language: str
    label: str


@dataclass(frozen=True)
class Captions:
    """One track of captions, by the selector's name; with a `style` they are burnt in, `is_styled` keeps
    the source's own."""

    selector: str
    language: str
    label: str
    style: CaptionStyle | None
    is_styled: bool


@dataclass(frozen=True)
class Picture:
    """`framing` says how the programme's canvas fills it; `captions` are burnt in."""

    framing: Framing
    rate: Fraction
    overlays: tuple[Overlay, ...]
    captions: Captions | None

    @property
    def size(self) -> Size:
        return self.framing.size


@dataclass(frozen=True)
class Rendition:
    """An output's part in an HLS group: the audio group it is in, those that go with it, its kind."""

    audio_group: str | None
    audio_sets: tuple[str, ...]
    track_type: str | None


@dataclass(frozen=True)
class Output:
    """`name` is the file's stem; an HLS rung, an MP4, stills or captions by what is set."""

    container: str
    name: str
    extension: str
    picture: Picture | None
    h264: H264 | None
    capture: Capture | None
    sounds: tuple[Sound, ...]
    captions: Captions | None
    is_faststart: bool
    rendition: Rendition

    @property
    def is_encoded(self) -> bool:
        """Whether it has an encoded picture or sound, so not stills or captions."""
        return self.h264 is not None or bool(self.sounds)


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
    is_single_file: bool
    caption_seconds: int | None
    thumbnails: Thumbnails | None
    outputs: tuple[Output, ...]

    @property
    def is_hls(self) -> bool:
        return self.type == "HLS_GROUP_SETTINGS"


def read_groups(settings: dict[str, Any], rate: Fraction, canvas: Size) -> tuple[Group, ...]:
    """`rate` and `canvas` are the programme's. Captions in segments of the video's where `caption_seconds` is
    None."""
    return tuple(_group(group, rate, canvas) for group in settings["OutputGroups"])


def _group(group: dict[str, Any], rate: Fraction, canvas: Size) -> Group:
    kind = group["OutputGroupSettings"]["Type"]
    hls = group["OutputGroupSettings"].get("HlsGroupSettings", {})
    own = hls or group["OutputGroupSettings"].get("FileGroupSettings", {})
    bucket, _, key = own["Destination"].removeprefix("s3://").partition("/")
    folder, _, stem = key.rpartition("/")
    is_matched = hls.get("CaptionSegmentLengthControl") == "MATCH_VIDEO"
    return Group(
        type=kind,
        bucket=bucket,
        folder=folder,
        stem=stem,
        segment_seconds=hls.get("SegmentLength", 10),
        is_single_file=hls.get("SegmentControl") == "SINGLE_FILE",
        caption_seconds=None if is_matched else LARGE_CAPTION_SEGMENT_SECONDS,
        thumbnails=_thumbnails(hls),
        outputs=tuple(_output(output, stem, rate, canvas) for output in renditions(group, canvas)),
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


def _output(output: dict[str, Any], stem: str, rate: Fraction, canvas: Size) -> Output:
    container = output["ContainerSettings"]["Container"]
    video = output.get("VideoDescription")
    codec: dict[str, Any] = video["CodecSettings"] if video else {"Codec": None}
    captions = [_caption_track(one) for one in output.get("CaptionDescriptions", [])]
    burnt = next((one for one in captions if one.style is not None), None)
    sidecar = next((one for one in captions if one.style is None), None)
    picture = _picture(video, burnt, rate, canvas) if video else None
    is_only_captions = sidecar is not None and video is None
    extension = "vtt" if is_only_captions and container == "RAW" else EXTENSIONS[container]
    mp4 = output["ContainerSettings"].get("Mp4Settings", {})
    return Output(
        container=container,
        name=stem + output.get("NameModifier", ""),
        extension=output.get("Extension", extension),
        picture=picture,
        h264=read_h264(codec["H264Settings"], picture.rate)
        if picture and codec["Codec"] == "H_264"
        else None,
        capture=read_capture(codec["FrameCaptureSettings"]) if codec["Codec"] == "FRAME_CAPTURE" else None,
        sounds=tuple(_sound(audio) for audio in output.get("AudioDescriptions", [])),
        captions=sidecar,
        is_faststart=mp4.get("MoovPlacement") != "NORMAL",
        rendition=_rendition(output.get("OutputSettings", {}).get("HlsSettings", {})),
    )


def _rendition(hls: dict[str, Any]) -> Rendition:
    sets = hls.get("AudioRenditionSets", "").split(",")
    return Rendition(
        audio_group=hls.get("AudioGroupId"),
        audio_sets=tuple(name.strip() for name in sets if name.strip()),
        track_type=hls.get("AudioTrackType"),
    )


def _picture(video: dict[str, Any], burnt: Captions | None, rate: Fraction, canvas: Size) -> Picture:
    h264 = video["CodecSettings"].get("H264Settings", {})
    if "FramerateNumerator" in h264:
        rate = Fraction(h264["FramerateNumerator"], h264.get("FramerateDenominator", 1))
    behaviour = video.get("ScalingBehavior", "DEFAULT")
    inserter = video.get("VideoPreprocessors", {}).get("ImageInserter", {})
    return Picture(
        framing=framing(canvas, video.get("Width"), video.get("Height"), behaviour),
        rate=rate,
        overlays=read_overlays(inserter, rate, rate),
        captions=burnt,
    )


def _sound(audio: dict[str, Any]) -> Sound:
    aac = read_aac(audio["CodecSettings"]["AacSettings"])
    level = audio.get("AudioNormalizationSettings", {})
    is_corrected = bool(level) and level.get("AlgorithmControl", "CORRECT_AUDIO") == "CORRECT_AUDIO"
    default_target = -24.0 if level.get("Algorithm") == "ITU_BS_1770_1" else -23.0
    mix = Mix(
        selector=audio.get("AudioSourceName", "Audio Selector 1"),
        remix=read_remix(audio.get("RemixSettings")),
        channels=aac.channels,
        target_lkfs=level.get("TargetLkfs", default_target) if is_corrected else None,
        peak_limit=level.get("TruePeakLimiterThreshold", 0.0) if is_corrected else 0.0,
        gate_lkfs=level.get("CorrectionGateLevel", LOWEST_GATE) if is_corrected else LOWEST_GATE,
    )
    return Sound(mix=mix, aac=aac, language=_language(audio), label=audio.get("StreamName", ""))


def _caption_track(one: dict[str, Any]) -> Captions:
    destination = one["DestinationSettings"]
    is_burnt = destination["DestinationType"] == "BURN_IN"
    return Captions(
        selector=one["CaptionSelectorName"],
        language=_language(one),
        label=one.get("LanguageDescription", ""),
        is_styled=destination.get("WebvttDestinationSettings", {}).get("StylePassthrough") in STYLES_KEPT,
        style=read_style(destination.get("BurninDestinationSettings", {})) if is_burnt else None,
    )


def _language(one: dict[str, Any]) -> str:
    return str(one.get("CustomLanguageCode") or one.get("LanguageCode", "")).lower()
