"""What a video file really is, whatever its name says."""

from fractions import Fraction
from typing import TYPE_CHECKING

import av

from models.statuses import UploadKind, UploadRejectionCode
from services.media.frame_spacing import FrameSpacing, measure_spacing
from services.media.media_container import (
    QUICKTIME,
    VIDEO_CONTAINERS,
    refuse_cut_quicktime,
    refuse_other_type,
)
from services.media.media_rejected import MediaRejected
from services.media.open_media import open_media
from services.media.probed_media import ProbedMedia

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["MediaRejected", "picture_size", "probe_media", "upright_rotation"]

# What MediaConvert decodes (User Guide, "Supported input codecs and containers"), in FFmpeg's names.
VIDEO_CODECS = frozenset(
    {
        "h264",
        "hevc",
        "av1",
        "vp8",
        "vp9",
        "mpeg1video",
        "mpeg2video",
        "mpeg4",
        "msmpeg4v3",
        "h263",
        "prores",
        "dnxhd",
        "mjpeg",
        "jpeg2000",
        "vc1",
        "wmv3",
        "dvvideo",
        "qtrle",
        "rawvideo",
        "v210",
        "theora",
        "ffv1",
    }
)
SMALLEST_EDGE = 32
LARGEST_EDGE = 8192
# ITU-T H.273 transfer characteristics: 16 is PQ (SMPTE ST 2084), 18 is HLG.
HDR_TRANSFERS = {16, 18}


def probe_media(
    source: str, *, content_type: str | None = None, max_duration_ms: int | None = None
) -> ProbedMedia:
    """Read a path or http(s) URL; blocking, so call it in a thread.

    Raises MediaRejected with a message for people, or OSError when the storage cannot be read.
    """
    with open_media(source, UploadKind.VIDEO) as (container, file):
        if container.format.name not in VIDEO_CONTAINERS:
            raise MediaRejected(UploadRejectionCode.NO_VIDEO_STREAM, "The file has sound but no pictures.")
        refuse_other_type(container.format.name, content_type)
        stream = _video_stream(container)
        if container.format.name in QUICKTIME:
            refuse_cut_quicktime(file)
        first = _first_frame(container, stream)
        spacing = measure_spacing(container, stream)
        _refuse_duration(spacing, max_duration_ms)
        return _described(container, stream, first, spacing)


def _video_stream(container: "InputContainer") -> "VideoStream":
    """The first moving picture; cover art does not count."""
    cover = av.stream.Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not streams:
        text = (
            "The file has sound but no pictures." if container.streams.audio else "The file has no pictures."
        )
        raise MediaRejected(UploadRejectionCode.NO_VIDEO_STREAM, text)
    stream = streams[0]
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"
    if codec not in VIDEO_CODECS:
        raise MediaRejected(
            UploadRejectionCode.UNSUPPORTED_CODEC,
            f"The pictures are in a format ({codec}) that cannot be read.",
        )
    return stream


def _first_frame(container: "InputContainer", stream: "VideoStream") -> "VideoFrame":
    try:
        frame = next(container.decode(stream), None)
    except av.error.FFmpegError:
        frame = None
    if frame is None:
        raise MediaRejected(
            UploadRejectionCode.TRUNCATED,
            "No picture of the video could be read: it is damaged or incomplete.",
        )
    return frame


def _refuse_duration(spacing: FrameSpacing, max_duration_ms: int | None) -> None:
    if max_duration_ms is not None and spacing.duration_ms > max_duration_ms:
        raise MediaRejected(
            UploadRejectionCode.TOO_LONG,
            f"The video lasts {spacing.duration_ms:,} ms; at most {max_duration_ms:,} ms are allowed.",
        )
    if spacing.last_frame_ms < spacing.duration_ms - max(2000, spacing.duration_ms // 20):
        raise MediaRejected(
            UploadRejectionCode.TRUNCATED,
            f"The file is incomplete: it should last {spacing.duration_ms:,} ms, "
            f"but its pictures end at {spacing.last_frame_ms:,} ms.",
        )


def _described(
    container: "InputContainer", stream: "VideoStream", first: "VideoFrame", spacing: FrameSpacing
) -> ProbedMedia:
    rotation = upright_rotation(first)
    width, height = picture_size(stream, first)
    if rotation in {90, 270}:
        width, height = height, width
    if min(width, height) < SMALLEST_EDGE or max(width, height) > LARGEST_EDGE:
        raise MediaRejected(
            UploadRejectionCode.UNSUPPORTED_CODEC,
            f"The picture is {width}×{height} pixels; "
            f"edges of {SMALLEST_EDGE} to {LARGEST_EDGE:,} pixels can be rendered.",
        )
    audio = next((item for item in container.streams.audio if item.codec_context), None)
    return ProbedMedia(
        duration_ms=spacing.duration_ms,
        width=width,
        height=height,
        frame_rate=spacing.frame_rate,
        rotation=rotation,
        video_codec=stream.codec_context.codec.canonical_name,
        audio_codec=audio.codec_context.codec.canonical_name if audio else None,
        audio_channels=audio.codec_context.channels if audio else 0,
        has_audio=audio is not None,
        hdr=int(first.color_trc) in HDR_TRANSFERS,
        interlaced=bool(first.interlaced_frame),
        variable_frame_rate=spacing.variable,
        container=container.format.name,
    )


def upright_rotation(frame: "VideoFrame") -> int:
    """Degrees to turn a decoded frame clockwise so that it stands upright: 0, 90, 180 or 270."""
    # PyAV gives the display matrix's angle, counted counterclockwise.
    return round(-frame.rotation / 90) % 4 * 90


def picture_size(stream: "VideoStream", frame: "VideoFrame") -> tuple[int, int]:
    """Width and height in square pixels, before rotation."""
    shape = stream.sample_aspect_ratio or Fraction(1)
    return round(frame.width * shape) if shape > 0 else frame.width, frame.height
