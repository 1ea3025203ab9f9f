"""What a render leaves behind: an HLS ladder with scrub thumbnails, an MP4 when asked, and a poster."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from services.job_settings.audio_settings import audio_description
from services.job_settings.rendition_ladder import Rung, nearest_even
from services.job_settings.video_settings import h264_video, still_frames
from services.probed_media import ProbedMedia
from services.production_config import AudioConfig

SEGMENT_SECONDS = 6
HD_AUDIO_BITRATE = 128_000
SD_AUDIO_BITRATE = 96_000
MP4_AUDIO_BITRATE = 160_000
POSTER_SHORT_EDGE = 720
THUMBNAIL_WIDTH = 160
THUMBNAIL_COLUMNS = 10
THUMBNAIL_ROWS = 10
# A tile image is at most this many pixels high, and a thumbnail's width divides by 8 (API reference).
HIGHEST_TILE = 4096
THUMBNAIL_WIDTH_STEP = 8


def hls_group(
    ladder: Sequence[Rung],
    rate: Fraction,
    audio: AudioConfig,
    media: ProbedMedia,
    duration_ms: int,
    prefix: str,
) -> dict[str, Any]:
    """`hls/index.m3u8` and one playlist a rung."""
    settings = {
        "Destination": f"{prefix}/hls/index",
        "SegmentLength": SEGMENT_SECONDS,
        "MinSegmentLength": 0,
        "SegmentLengthControl": "GOP_MULTIPLE",
        "SegmentControl": "SEGMENTED_FILES",
        "DirectoryStructure": "SINGLE_DIRECTORY",
        "ManifestDurationFormat": "FLOATING_POINT",
        "ManifestCompression": "NONE",
        "CodecSpecification": "RFC_6381",
        "StreamInfResolution": "INCLUDE",
        "OutputSelection": "MANIFESTS_AND_SEGMENTS",
        "ClientCache": "ENABLED",
        "ImageBasedTrickPlay": "ADVANCED",
        "ImageBasedTrickPlaySettings": _thumbnails(ladder[0], duration_ms),
    }
    return {
        "Name": "Apple HLS",
        "CustomName": "hls",
        "OutputGroupSettings": {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": settings},
        "Outputs": [_hls_output(rung, rate, audio, media) for rung in ladder],
    }


def mp4_group(
    rung: Rung, rate: Fraction, audio: AudioConfig, media: ProbedMedia, prefix: str
) -> dict[str, Any]:
    """One MP4 file of the best rung, its index in front so that it plays while it loads."""
    output = {
        "NameModifier": f"_{rung.name}",
        "Extension": "mp4",
        "ContainerSettings": {
            "Container": "MP4",
            "Mp4Settings": {
                "CslgAtom": "INCLUDE",
                "FreeSpaceBox": "EXCLUDE",
                "MoovPlacement": "PROGRESSIVE_DOWNLOAD",
            },
        },
        "VideoDescription": h264_video(rung, rate, media),
        "AudioDescriptions": [audio_description(audio, media, MP4_AUDIO_BITRATE)],
    }
    return _file_group("mp4", f"{prefix}/mp4/video", output)


def poster_group(
    ladder: Sequence[Rung], media: ProbedMedia, at_ms: int, rate: Fraction, prefix: str
) -> dict[str, Any]:
    """A still of the programme at `at_ms`, from the largest rung up to 720."""
    rung = next((rung for rung in ladder if rung.name <= POSTER_SHORT_EDGE), ladder[-1])
    output = {
        "NameModifier": f"_{rung.name}",
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": still_frames(rung.width, rung.height, at_ms, rate, media),
    }
    return _file_group("poster", f"{prefix}/poster/poster", output)


def _hls_output(rung: Rung, rate: Fraction, audio: AudioConfig, media: ProbedMedia) -> dict[str, Any]:
    bitrate = HD_AUDIO_BITRATE if rung.is_hd else SD_AUDIO_BITRATE
    return {
        "NameModifier": f"_{rung.name}",
        "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
        "VideoDescription": h264_video(rung, rate, media),
        "AudioDescriptions": [audio_description(audio, media, bitrate)],
        "OutputSettings": {"HlsSettings": {"IFrameOnlyManifest": "EXCLUDE"}},
    }


def _file_group(name: str, destination: str, output: dict[str, Any]) -> dict[str, Any]:
    settings = {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {"Destination": destination}}
    return {"Name": "File Group", "CustomName": name, "OutputGroupSettings": settings, "Outputs": [output]}


def _thumbnails(rung: Rung, duration_ms: int) -> dict[str, Any]:
    """At most one tile image for videos up to 100 s, then about a hundred thumbnails whatever the length."""
    width = min(THUMBNAIL_WIDTH, rung.width - rung.width % THUMBNAIL_WIDTH_STEP)
    while width > THUMBNAIL_WIDTH_STEP and _thumbnail_height(width, rung) > HIGHEST_TILE:
        width -= THUMBNAIL_WIDTH_STEP
    rows = max(1, min(THUMBNAIL_ROWS, HIGHEST_TILE // _thumbnail_height(width, rung)))
    return {
        "IntervalCadence": "FOLLOW_CUSTOM",
        "ThumbnailInterval": float(max(1, -(-duration_ms // (THUMBNAIL_COLUMNS * THUMBNAIL_ROWS * 1000)))),
        "ThumbnailWidth": width,
        "TileWidth": THUMBNAIL_COLUMNS,
        "TileHeight": rows,
    }


def _thumbnail_height(width: int, rung: Rung) -> int:
    return nearest_even(Fraction(width * rung.height, rung.width))
