"""The content types an upload may have: what it is for, and how its object's name ends."""

from dataclasses import dataclass

from models.statuses import UploadKind


@dataclass(frozen=True)
class UploadType:
    kind: UploadKind
    extension: str


def _of(kind: UploadKind, **content_types: tuple[str, ...]) -> dict[str, UploadType]:
    """By content type, from the content types of each extension."""
    return {
        content_type: UploadType(kind, extension)
        for extension, names in content_types.items()
        for content_type in names
    }


# With the other names that browsers and operating systems have for the same format.
UPLOAD_TYPES: dict[str, UploadType] = {
    **_of(
        UploadKind.VIDEO,
        mp4=("video/mp4",),
        mov=("video/quicktime",),
        webm=("video/webm",),
        mkv=("video/x-matroska",),
        mpg=("video/mpeg",),
        ts=("video/mp2t",),
        avi=("video/x-msvideo",),
        wmv=("video/x-ms-wmv",),
        mxf=("application/mxf",),
        **{"3gp": ("video/3gpp",)},
    ),
    **_of(UploadKind.IMAGE, png=("image/png",), jpg=("image/jpeg",)),
    **_of(
        UploadKind.AUDIO,
        mp3=("audio/mpeg", "audio/mp3"),
        m4a=("audio/mp4", "audio/x-m4a", "audio/m4a"),
        aac=("audio/aac", "audio/x-aac"),
        wav=("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
        flac=("audio/flac", "audio/x-flac"),
        ogg=("audio/ogg", "audio/opus"),
        webm=("audio/webm",),
        aif=("audio/aiff", "audio/x-aiff"),
    ),
    **_of(
        UploadKind.CAPTIONS,
        vtt=("text/vtt",),
        srt=("application/x-subrip", "text/srt", "application/srt", "text/x-srt"),
    ),
}

NOUNS = {
    UploadKind.VIDEO: "video",
    UploadKind.IMAGE: "image",
    UploadKind.AUDIO: "sound file",
    UploadKind.CAPTIONS: "captions file",
}
"""What messages call an upload of each kind."""
