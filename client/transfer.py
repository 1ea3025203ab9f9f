"""Sends a file the way the upload's `transfer` says: one form, or parts that can be resumed."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from client.api import Api, ApiError
from client.documents import PARTS, TRANSFER
from client.progress import Bar

CHUNK = 256 * 1024
PART_TRIES = 3
FORM_STATUS, PART_STATUS = 201, 200


async def send_file(api: Api, session: aiohttp.ClientSession, upload_id: str, path: Path, bar: Bar) -> None:
    """Raises ApiError when storage refuses. What was sent in parts stays sent: call again to go on."""
    data = await api.send(TRANSFER, id=upload_id)
    transfer = data["upload"]["transfer"] if data["upload"] else None
    if transfer is None:
        raise ApiError("The upload no longer awaits its file.")
    if transfer["__typename"] == "PresignedPost":
        await _send_form(session, transfer, path, bar)
    else:
        await _send_parts(api, session, upload_id, transfer, path, bar)


async def _send_form(session: aiohttp.ClientSession, transfer: dict[str, Any], path: Path, bar: Bar) -> None:
    form = aiohttp.FormData()
    for field in transfer["fields"]:
        form.add_field(field["name"], field["value"])
    with _WatchedFile(path, bar) as file:
        form.add_field("file", file, filename="file", content_type="application/octet-stream")
        await _send(session, "POST", transfer["url"], form, FORM_STATUS)
    bar(100)


class _WatchedFile(io.BufferedReader):
    """A file that tells how far it has been read; it is streamed, never held whole."""

    def __init__(self, path: Path, bar: Bar) -> None:
        super().__init__(path.open("rb", buffering=0))
        self._size = path.stat().st_size
        self._bar = bar

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self._bar(min(100, self.tell() / self._size * 100))
        return chunk


async def _send_parts(
    api: Api,
    session: aiohttp.ClientSession,
    upload_id: str,
    transfer: dict[str, Any],
    path: Path,
    bar: Bar,
) -> None:
    part_size, count = transfer["partSize"], transfer["partCount"]
    sent = {part["number"] for part in transfer["uploadedParts"]}
    for number in range(1, count + 1):
        if number not in sent:
            await _send_part(api, session, upload_id, number, part_size, path)
            sent.add(number)
        bar(len(sent) / count * 100, f"part {number} of {count}")


async def _send_part(
    api: Api, session: aiohttp.ClientSession, upload_id: str, number: int, part_size: int, path: Path
) -> None:
    offset = (number - 1) * part_size
    length = min(part_size, path.stat().st_size - offset)
    for tries_left in reversed(range(PART_TRIES)):
        data = await api.send(PARTS, id=upload_id, numbers=[number])
        (part,) = data["upload"]["transfer"]["parts"]
        try:
            headers = {"content-length": str(length)}
            body = _slice(path, offset, length)
            await _send(session, "PUT", part["url"], body, PART_STATUS, headers=headers)
            return
        except ApiError:
            if not tries_left:
                raise


async def _send(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    body: Any,
    expected: int,
    headers: dict[str, str] | None = None,
) -> None:
    try:
        async with session.request(method, url, data=body, headers=headers) as answer:
            if answer.status != expected:
                raise ApiError(f"Storage refused the file ({answer.status}).")
    except aiohttp.ClientError as error:
        raise ApiError(f"The file could not be sent: {error}") from error


async def _slice(path: Path, offset: int, length: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
