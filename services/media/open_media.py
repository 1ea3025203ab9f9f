"""Opens a video or sound file for reading, whatever its name says (PyAV, the FFmpeg libraries)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import av

from models.statuses import UploadKind, UploadRejectionCode
from services.media.media_container import ALLOWED_CONTAINERS, byte_size, unreadable
from services.media.media_rejected import MediaRejected
from services.media.media_source import SourceMissing, open_source

if TYPE_CHECKING:
    from av.container import InputContainer


@contextmanager
def open_file(source: str) -> Iterator[BinaryIO]:
    """The file at a path or URL; raises MediaRejected when it is missing or empty, or OSError."""
    try:
        with open_source(source) as file:
            if byte_size(file) == 0:
                raise MediaRejected(UploadRejectionCode.EMPTY, "The file is empty.")
            yield file
    except SourceMissing as error:
        raise MediaRejected(UploadRejectionCode.MISSING, "The file is not there.") from error


@contextmanager
def open_media(source: str, kind: UploadKind) -> Iterator[tuple["InputContainer", BinaryIO]]:
    """The opened container of a source that should be VIDEO or AUDIO, and the file under it.

    Raises MediaRejected with a message for people, or OSError when the storage cannot be read.
    """
    with open_file(source) as file:
        options = {"format_whitelist": ALLOWED_CONTAINERS, "protocol_whitelist": "none"}
        try:
            container = av.open(file, "r", options=options)
        except (av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError) as error:
            raise unreadable(file, kind) from error
        with container:
            yield container, file
