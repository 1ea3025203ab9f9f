"""Sends a file the way the upload's `transfer` says: one form, or parts that can be resumed."""

import asyncio
import hashlib
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from client.api import Api, ApiError, why
from client.documents import PARTS, TRANSFER
from client.progress import Bar

CHUNK = 256 * 1024
HASHED_AT_ONCE = 4 * 1024 * 1024
PART_TRIES = 3
FIRST_RETRY_SECONDS = 0.5
S3_ERROR_CODE = re.compile(r"<Code>(\w+)</Code>")


async def send_file(api: Api, session: aiohttp.ClientSession, upload_id: str, path: Path, bar: Bar) -> None:
    """Raises ApiError when storage refuses. What was sent in parts stays sent: call again to go on."""
    data = await api.send(TRANSFER, id=upload_id)
    transfer = data["upload"]["transfer"] if data["upload"] else None
    if transfer is None:
        raise ApiError("The upload no longer awaits its file.")
    if transfer["__typename"] == "PresignedPost":
        await _send_form(session, transfer, path, bar)
    else:
        await _Parts(api, session, upload_id, path, path.stat().st_size, transfer, bar).send()


async def _send_form(session: aiohttp.ClientSession, transfer: dict[str, Any], path: Path, bar: Bar) -> None:
    form = aiohttp.FormData()
    for field in transfer["fields"]:
        form.add_field(field["name"], field["value"])
    with _WatchedFile(path, bar) as file:
        form.add_field("file", file, filename="file", content_type="application/octet-stream")
        await _send(session, "POST", transfer["url"], form)
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


@dataclass(frozen=True)
class _Parts:
    api: Api
    session: aiohttp.ClientSession
    upload_id: str
    path: Path
    size: int
    transfer: dict[str, Any]
    bar: Bar

    async def send(self) -> None:
        there = {part["number"] for part in self.transfer["uploadedParts"]}
        arrived = sum(self._length(number) for number in there)
        for number in range(1, self.transfer["partCount"] + 1):
            if number not in there:
                await self._send_part(number, arrived)
                arrived += self._length(number)
        self.bar(100)

    async def _send_part(self, number: int, arrived: int) -> None:
        """Each try asks for a new address: the last one may have expired."""
        for tried in range(PART_TRIES):
            data = await self.api.send(PARTS, id=self.upload_id, numbers=[number])
            transfer = data["upload"]["transfer"] if data["upload"] else None
            if transfer is None:
                raise ApiError("The upload no longer awaits its file.")
            (part,) = transfer["parts"]
            headers = {"content-length": str(self._length(number))}
            try:
                await _send(self.session, "PUT", part["url"], self._bytes(number, arrived), headers)
                return
            except ApiError:
                if tried + 1 == PART_TRIES:
                    raise
            await asyncio.sleep(FIRST_RETRY_SECONDS * 2**tried)

    async def _bytes(self, number: int, arrived: int) -> AsyncIterator[bytes]:
        left = self._length(number)
        note = f"part {number} of {self.transfer['partCount']}"
        with self.path.open("rb") as file:
            file.seek(self._offset(number))
            while left > 0:
                chunk = await asyncio.to_thread(file.read, min(CHUNK, left))
                if not chunk:
                    raise EOFError("the file became shorter")
                yield chunk
                left -= len(chunk)
                arrived += len(chunk)
                self.bar(min(100, arrived / self.size * 100), note)

    def _offset(self, number: int) -> int:
        return int((number - 1) * self.transfer["partSize"])

    def _length(self, number: int) -> int:
        return int(min(self.transfer["partSize"], self.size - self._offset(number)))


async def _send(
    session: aiohttp.ClientSession, method: str, url: str, body: Any, headers: dict[str, str] | None = None
) -> None:
    try:
        async with session.request(method, url, data=body, headers=headers) as answer:
            if not 200 <= answer.status < 300:
                code = S3_ERROR_CODE.search(await answer.text(errors="replace"))
                told = f"{answer.status} {code[1]}" if code else str(answer.status)
                raise ApiError(f"Storage refused the file ({told}).")
    except (aiohttp.ClientError, OSError) as error:
        raise ApiError(f"The file could not be sent: {why(error)}") from error


async def sha256_of(path: Path) -> str:
    """In hexadecimal; read in pieces, so that an interrupt is heeded within one."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, HASHED_AT_ONCE):
            await asyncio.to_thread(digest.update, chunk)
    return digest.hexdigest()
