"""A still of a video as people see it: upright, square pixels, BT.709 colours."""

from io import BytesIO
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import Colorspace, Interpolation
from PIL import Image

from models.statuses import UploadKind, UploadRejectionCode
from services.media.hdr_to_sdr import HdrTransfer, hdr_to_sdr
from services.media.media_rejected import MediaRejected
from services.media.open_media import open_media
from services.media.probe_media import picture_size, upright_rotation

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

JPEG_QUALITY = 85
HD_LINES = 720
# ITU-T H.273: the same coefficients as BT.601 under a number of their own.
SMPTE_170M = 6
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


def extract_poster(source: str, at_ms: int, max_width: int = 1280) -> bytes:
    """JPEG of the frame shown at `at_ms`, or of the last frame before; blocking, so call it in a thread.

    Raises MediaRejected when no picture can be read, or OSError when the storage cannot be.
    """
    with open_media(source, UploadKind.VIDEO) as (container, _):
        if not container.streams.video:
            raise MediaRejected(UploadRejectionCode.NO_VIDEO_STREAM, "The file has no pictures.")
        stream = container.streams.video[0]
        frame = _frame_at(container, stream, at_ms)
        if frame is None:
            raise MediaRejected(UploadRejectionCode.TRUNCATED, "No picture of the video could be read.")
        rotation = upright_rotation(frame)
        image = _image(frame, _shrunk(picture_size(stream, frame), rotation, max_width))
    if rotation:
        image = image.transpose(TURNS[rotation])
    encoded = BytesIO()
    image.save(encoded, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return encoded.getvalue()


def _shrunk(size: tuple[int, int], rotation: int, max_width: int) -> tuple[int, int]:
    """The size before rotation that is at most `max_width` wide after it."""
    shown_width = size[1] if rotation in {90, 270} else size[0]
    scale = min(1.0, max_width / shown_width)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _frame_at(container: "InputContainer", stream: "VideoStream", at_ms: int) -> "VideoFrame | None":
    time_base = stream.time_base or 1 / av.time_base
    wanted = (stream.start_time or 0) + int(at_ms / 1000 / time_base)
    container.seek(wanted, stream=stream, backward=True)
    shown = None
    try:
        for frame in container.decode(stream):
            if shown is not None and (frame.pts or 0) > wanted:
                break
            shown = frame
    except av.error.InvalidDataError:
        return shown
    return shown


def _image(frame: "VideoFrame", size: tuple[int, int]) -> Image.Image:
    transfer = HdrTransfer.of(int(frame.color_trc))
    matrix = Colorspace.BT2020 if transfer else _matrix(frame)
    rgb = frame.reformat(
        *size,
        format="rgb48le" if transfer else "rgb24",
        src_colorspace=matrix,
        interpolation=Interpolation.BICUBIC,
        threads=1,
    ).to_ndarray()
    if transfer:
        rgb = hdr_to_sdr(rgb.astype(np.float32) / 65535, transfer)
    return Image.fromarray(rgb)


def _matrix(frame: "VideoFrame") -> Colorspace:
    """The frame's own colour matrix; when it tells none, BT.709 for HD and BT.601 below, as players do."""
    known = {int(matrix): matrix for matrix in Colorspace} | {SMPTE_170M: Colorspace.ITU601}
    usual = Colorspace.ITU709 if frame.height >= HD_LINES else Colorspace.ITU601
    return known.get(int(frame.colorspace), usual)
