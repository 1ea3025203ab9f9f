"""Brings one file to the server: its upload is made once, sent, and READY."""

import asyncio
import mimetypes
from pathlib import Path

import aiohttp
from rich.console import Console

from client import documents
from client.api import Api, ApiError
from client.once import made_once
from client.progress import progress_bar, say
from client.transfer import send_file, sha256_of

# Before the machine's own table, which differs from one to the next and lacks some.
CONTENT_TYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".mxf": "application/mxf",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".srt": "application/x-subrip",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
}
FIRST_POLL_SECONDS, LAST_POLL_SECONDS = 0.2, 2.0
UNDER_WAY, OVER = ("AWAITING_BYTES", "VERIFYING", "READY"), ("REJECTED", "EXPIRED", "CANCELED")


async def upload_video(api: Api, session: aiohttp.ClientSession, console: Console, file: Path) -> str:
    """The upload's id. Raises ApiError."""
    return await _upload(api, session, console, file, "Uploading")


async def upload_further_file(api: Api, session: aiohttp.ClientSession, console: Console, file: Path) -> str:
    """The same for one of several, so that it is named whatever happens."""
    try:
        return await _upload(api, session, console, file, f"Uploading {file.name}")
    except ApiError as error:
        raise type(error)(f"{file.name}: {error}") from error


async def _upload(api: Api, session: aiohttp.ClientSession, console: Console, file: Path, label: str) -> str:
    wanted = {
        "filename": file.name,
        "contentType": content_type_of(file),
        "byteSize": file.stat().st_size,
        "checksumSha256": await sha256_of(file),
    }
    upload = await made_once(api, documents.CREATE_UPLOAD, "createUpload", "upload", wanted, UNDER_WAY)
    upload_id = str(upload["id"])
    if upload["status"] == "AWAITING_BYTES":
        with progress_bar(console, label) as bar:
            await send_file(api, session, upload_id, file, bar)
        await api.send(documents.COMPLETE_UPLOAD, input={"uploadId": upload_id})
    else:
        say(console, f"{label}: sent before")
    await _until_ready(api, upload_id)
    return upload_id


async def _until_ready(api: Api, upload_id: str) -> None:
    pause = FIRST_POLL_SECONDS
    while True:
        upload = (await api.send(documents.UPLOAD_STATUS, id=upload_id))["upload"]
        if upload is None:
            raise ApiError("The upload was deleted.")
        if upload["status"] == "READY":
            return
        if upload["rejection"]:
            raise ApiError(f"{upload['rejection']['message']} ({upload['rejection']['code']})")
        if upload["status"] in OVER:
            raise ApiError(f"The upload cannot be used: it is {upload['status']}.")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LAST_POLL_SECONDS)


def content_type_of(file: Path) -> str:
    """By the file's extension; video/mp4 for one unknown."""
    suffix = file.suffix.lower()
    return CONTENT_TYPES.get(suffix) or mimetypes.guess_type(file.name)[0] or "video/mp4"
