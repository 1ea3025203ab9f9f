"""What a render leaves behind: an HLS ladder with thumbnails and captions, downloads when asked, a poster."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.job_settings.audio_settings import audio_description
from services.job_settings.caption_settings import burned_in, track_outputs
from services.job_settings.programme_timeline import poster_at_ms, programme_duration_ms
from services.job_settings.rendition_ladder import Rung, nearest_even
from services.job_settings.video_settings import h264_video, still_frames
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

SEGMENT_SECONDS = 6
HD_AUDIO_BITRATE = 128_000
SD_AUDIO_BITRATE = 96_000
MP4_AUDIO_BITRATE = 160_000
AUDIO_ONLY_BITRATE = 192_000
POSTER_SHORT_EDGE = 720
THUMBNAIL_WIDTH = 160
THUMBNAIL_COLUMNS = 10
THUMBNAIL_ROWS = 10
# A tile image is at most this many pixels high, a thumbnail's width divides by 8, and a tile has an even
# number of rows (API reference).
HIGHEST_TILE = 4096
THUMBNAIL_WIDTH_STEP = 8
LEAST_ROWS = 2


@dataclass(frozen=True)
class Programme:
    """What all outputs of a job have in common; `prefix` is the `s3://` URI below which they are written."""

    config: ProductionConfig
    media: ProbedMedia
    rate: Fraction
    ladder: Sequence[Rung]
    prefix: str


def output_groups(programme: Programme) -> list[dict[str, Any]]:
    """Every group the config asks for."""
    outputs = programme.config.outputs
    groups = [_hls_group(programme)]
    if outputs.mp4:
        groups.append(_mp4_group(programme))
    if outputs.audio:
        groups.append(_audio_group(programme))
    groups.append(_poster_group(programme))
    return groups


def _hls_group(programme: Programme) -> dict[str, Any]:
    """`hls/index.m3u8` with one playlist a rung, and one a caption track."""
    duration_ms = programme_duration_ms(programme.config, programme.media)
    tracks = track_outputs(programme.config.captions)
    settings = {
        "Destination": f"{programme.prefix}/hls/index",
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
        "ImageBasedTrickPlaySettings": _thumbnails(programme.ladder[0], duration_ms),
    }
    if tracks:
        # As long as the video's: otherwise 300 s, and a player that jumps loads five minutes of text.
        settings["CaptionSegmentLengthControl"] = "MATCH_VIDEO"
    return {
        "Name": "Apple HLS",
        "CustomName": "hls",
        "OutputGroupSettings": {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": settings},
        "Outputs": [*(_hls_output(rung, programme) for rung in programme.ladder), *tracks],
    }


def _hls_output(rung: Rung, programme: Programme) -> dict[str, Any]:
    bitrate = HD_AUDIO_BITRATE if rung.is_hd else SD_AUDIO_BITRATE
    return {
        "NameModifier": f"_{rung.name}",
        "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
        **_picture_and_sound(rung, programme, bitrate),
        "OutputSettings": {"HlsSettings": {"IFrameOnlyManifest": "EXCLUDE"}},
    }


def _mp4_group(programme: Programme) -> dict[str, Any]:
    """One MP4 file of the best rung."""
    rung = programme.ladder[0]
    output = {
        "NameModifier": f"_{rung.name}",
        "Extension": "mp4",
        "ContainerSettings": _mp4_container(),
        **_picture_and_sound(rung, programme, MP4_AUDIO_BITRATE),
    }
    return _file_group("mp4", f"{programme.prefix}/mp4/video", output)


def _audio_group(programme: Programme) -> dict[str, Any]:
    """One M4A file: the sound of the programme alone."""
    track = audio_description(programme.config.audio, programme.media, AUDIO_ONLY_BITRATE)
    output = {"Extension": "m4a", "ContainerSettings": _mp4_container(), "AudioDescriptions": [track]}
    return _file_group("audio", f"{programme.prefix}/audio/sound", output)


def _poster_group(programme: Programme) -> dict[str, Any]:
    """A still of the programme, from the largest rung up to 720.

    Without any burnt-in captions: an output without a container cannot have them (User Guide, "captions
    support tables", no output container).
    """
    at_ms = poster_at_ms(programme.config, programme.media)
    ladder = programme.ladder
    rung = next((rung for rung in ladder if rung.name <= POSTER_SHORT_EDGE), ladder[-1])
    output = {
        "NameModifier": f"_{rung.name}",
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": still_frames(rung.width, rung.height, at_ms, programme.rate, programme.media),
    }
    return _file_group("poster", f"{programme.prefix}/poster/poster", output)


def _picture_and_sound(rung: Rung, programme: Programme, audio_bitrate: int) -> dict[str, Any]:
    """What every output with a picture has: its video, one sound track, and any captions drawn into it."""
    return {
        "VideoDescription": h264_video(rung, programme.rate, programme.media),
        "AudioDescriptions": [
            audio_description(programme.config.audio, programme.media, audio_bitrate),
        ],
        **burned_in(programme.config.captions, rung),
    }


def _mp4_container() -> dict[str, Any]:
    """The index in front, so that it plays while it loads."""
    return {
        "Container": "MP4",
        "Mp4Settings": {
            "CslgAtom": "INCLUDE",
            "FreeSpaceBox": "EXCLUDE",
            "MoovPlacement": "PROGRESSIVE_DOWNLOAD",
        },
    }


def _file_group(name: str, destination: str, output: dict[str, Any]) -> dict[str, Any]:
    settings = {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {"Destination": destination}}
    return {"Name": "File Group", "CustomName": name, "OutputGroupSettings": settings, "Outputs": [output]}


def _thumbnails(rung: Rung, duration_ms: int) -> dict[str, Any]:
    """At most one tile image for videos up to 100 s, then about a hundred thumbnails whatever the length."""
    width = min(THUMBNAIL_WIDTH, rung.width - rung.width % THUMBNAIL_WIDTH_STEP)
    while width > THUMBNAIL_WIDTH_STEP and LEAST_ROWS * _thumbnail_height(width, rung) > HIGHEST_TILE:
        width -= THUMBNAIL_WIDTH_STEP
    rows = min(THUMBNAIL_ROWS, HIGHEST_TILE // _thumbnail_height(width, rung))
    return {
        "IntervalCadence": "FOLLOW_CUSTOM",
        "ThumbnailInterval": float(max(1, -(-duration_ms // (THUMBNAIL_COLUMNS * THUMBNAIL_ROWS * 1000)))),
        "ThumbnailWidth": width,
        "TileWidth": THUMBNAIL_COLUMNS,
        "TileHeight": max(LEAST_ROWS, rows - rows % LEAST_ROWS),
    }


def _thumbnail_height(width: int, rung: Rung) -> int:
    return nearest_even(Fraction(width * rung.height, rung.width))
