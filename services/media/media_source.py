"""A video file to read from anywhere in it: a path, or a URL read by ranges."""

import io
import urllib.error
import urllib.request
from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

BLOCK_BYTES = 1024 * 1024
KEPT_BLOCKS = 16
TIMEOUT_SECONDS = 30.0


class SourceMissing(Exception):
    """There is nothing at the path or URL."""


@contextmanager
def open_source(source: str) -> "Iterator[BinaryIO]":
    """A seekable binary file of a path or an http(s) URL whose server answers ranges (S3 does).

    URLs are read with Python's own HTTP client, not FFmpeg's: that one does not check certificates.
    Raises SourceMissing, or OSError when the storage cannot be read.
    """
    if urlsplit(source).scheme in {"http", "https"}:
        with io.BufferedReader(RangeReader(source), 64 * 1024) as file:
            yield file
        return
    try:
        opened = Path(source).open("rb")  # noqa: SIM115
    except FileNotFoundError as error:
        raise SourceMissing(source) from error
    with opened:
        yield opened


class RangeReader(io.RawIOBase):
    """Reads a URL in blocks of 1 MiB, and keeps the last ones."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self.byte_size = 0
        self._block(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.byte_size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        if self._position >= self.byte_size:
            return 0
        number, offset = divmod(self._position, BLOCK_BYTES)
        piece = self._block(number)[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        block = self._fetch(number * BLOCK_BYTES)
        self._blocks[number] = block
        if len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return block

    def _fetch(self, start: int) -> bytes:
        wanted = f"bytes={start}-{start + BLOCK_BYTES - 1}"
        request = urllib.request.Request(self._url, headers={"Range": wanted})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                ranged = answer.headers.get("Content-Range", "")
                if answer.status != 206:
                    raise OSError(f"the storage ignores ranges (status {answer.status})")
                self.byte_size = int(ranged.rpartition("/")[2])
                block: bytes = answer.read()
                return block
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:
                return b""
            if error.code == 404:
                raise SourceMissing("nothing is stored there") from error
            raise OSError(f"the storage answered {error.code}") from error
