"""Which container a file is in, whether it may be opened, and whether its end was lost on the way."""

from typing import BinaryIO

from models.statuses import UploadKind, UploadRejectionCode
from services.media.media_rejected import MediaRejected

# FFmpeg's demuxer names of what MediaConvert takes in, and the word people have for it.
VIDEO_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "MP4/QuickTime",
    "matroska,webm": "Matroska/WebM",
    "mpegts": "MPEG transport stream",
    "mpeg": "MPEG program stream",
    "mpegvideo": "MPEG video",
    "avi": "AVI",
    "flv": "Flash video",
    "asf": "Windows Media",
    "mxf": "MXF",
    "ogg": "Ogg",
}
SOUND_CONTAINERS = {
    "mp3": "MP3",
    "wav": "WAV",
    "w64": "WAV",
    "flac": "FLAC",
    "aac": "AAC",
    "aiff": "AIFF",
    "caf": "Core Audio",
    "amr": "AMR",
    "ac3": "AC-3",
}
CONTAINERS = VIDEO_CONTAINERS | SOUND_CONTAINERS
# Playlists are refused before they are read: they would make FFmpeg open what they point to.
ALLOWED_CONTAINERS = ",".join(CONTAINERS)
MPEG = frozenset({"mpegts", "mpeg", "mpegvideo"})
QUICKTIME = frozenset({"mov,mp4,m4a,3gp,3g2,mj2"})
MATROSKA = frozenset({"matroska,webm"})
WAVE = frozenset({"wav", "w64"})
DECLARED_CONTAINERS = {
    "video/mp4": QUICKTIME,
    "video/quicktime": QUICKTIME,
    "video/x-m4v": QUICKTIME,
    "video/3gpp": QUICKTIME,
    "video/webm": MATROSKA,
    "video/x-matroska": MATROSKA,
    "video/matroska": MATROSKA,
    "video/mpeg": MPEG,
    "video/mp2t": MPEG,
    "video/x-msvideo": frozenset({"avi"}),
    "video/avi": frozenset({"avi"}),
    "video/x-flv": frozenset({"flv"}),
    "video/x-ms-wmv": frozenset({"asf"}),
    "application/mxf": frozenset({"mxf"}),
    "video/ogg": frozenset({"ogg"}),
    "audio/mpeg": frozenset({"mp3"}),
    "audio/mp3": frozenset({"mp3"}),
    "audio/mp4": QUICKTIME,
    "audio/x-m4a": QUICKTIME,
    "audio/m4a": QUICKTIME,
    "audio/aac": frozenset({"aac"}),
    "audio/x-aac": frozenset({"aac"}),
    "audio/wav": WAVE,
    "audio/x-wav": WAVE,
    "audio/wave": WAVE,
    "audio/vnd.wave": WAVE,
    "audio/flac": frozenset({"flac"}),
    "audio/x-flac": frozenset({"flac"}),
    "audio/ogg": frozenset({"ogg"}),
    "audio/opus": frozenset({"ogg"}),
    "audio/webm": MATROSKA,
    "audio/aiff": frozenset({"aiff"}),
    "audio/x-aiff": frozenset({"aiff"}),
}
BOX_HEADER_BYTES = 16
BOXES_WALKED = 200
QUICKTIME_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
EBML = b"\x1a\x45\xdf\xa3"


def byte_size(file: BinaryIO) -> int:
    """Length of the file in bytes; leaves it where it was."""
    before = file.tell()
    size = file.seek(0, 2)
    file.seek(before)
    return size


def refuse_other_type(container: str, content_type: str | None) -> None:
    """Raise MediaRejected when the declared content type is another family than the real container."""
    expected = DECLARED_CONTAINERS.get((content_type or "").partition(";")[0].strip().lower())
    if expected is not None and container not in expected:
        raise MediaRejected(
            UploadRejectionCode.TYPE_MISMATCH,
            f"The file was declared as {content_type}, but it is {CONTAINERS[container]}.",
        )


def unreadable(file: BinaryIO, kind: UploadKind) -> MediaRejected:
    """The reason why a file could not be opened, from its first bytes."""
    file.seek(0)
    head = file.read(12)
    if head[4:8] in QUICKTIME_FIRST_BOXES or head[:4] == EBML:
        what = "sound lies" if kind is UploadKind.AUDIO else "pictures are"
        message = f"The file is incomplete: the part that says where the {what} is missing."
        return MediaRejected(UploadRejectionCode.TRUNCATED, message)
    if kind is UploadKind.AUDIO:
        return MediaRejected(UploadRejectionCode.NOT_SOUND, "The file is not a sound file.")
    return MediaRejected(UploadRejectionCode.NOT_A_VIDEO, "The file is not a video.")


def refuse_cut_quicktime(file: BinaryIO) -> None:
    """Raise MediaRejected when a box of an MP4 or QuickTime file is longer than what is left of the file.

    Boxes: ISO/IEC 14496-12, section 4.2. Only their headers are read. The file is left where it was: FFmpeg
    reads on from there without asking.
    """
    before = file.tell()
    try:
        _walk_boxes(file)
    finally:
        file.seek(before)


def _walk_boxes(file: BinaryIO) -> None:
    size = byte_size(file)
    position = 0
    for _ in range(BOXES_WALKED):
        file.seek(position)
        header = file.read(BOX_HEADER_BYTES)
        if len(header) < 8:
            return
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length < 8:
            return
        position += length
        if position > size:
            lost = position - size
            raise MediaRejected(
                UploadRejectionCode.TRUNCATED, f"The file is incomplete: its last {lost:,} bytes are missing."
            )
