"""`airdate publish clip.mp4 --title "…" --space demo`: the whole main job by the public API."""

import asyncio
import mimetypes
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer
from rich.console import Console

from client import documents
from client.api import Api, ApiError
from client.lower_third import read_lower_third, read_span
from client.progress import progress_bar
from client.transfer import send_file, sha256_of

CONTENT_TYPES = {
    ".mkv": "video/x-matroska",
    ".ts": "video/mp2t",
    ".mxf": "application/mxf",
    ".webm": "video/webm",
}
POLL_SECONDS = 0.2
INTERRUPTED = 130
console = Console()
errors = Console(stderr=True)


@dataclass(frozen=True)
class Wish:
    """What the person asked for, in the API's words."""

    file: Path
    title: str | None
    config: dict[str, Any]
    spaces: list[str]


def publish(
    file: Annotated[Path, typer.Argument(help="The video file.")],
    title: Annotated[str | None, typer.Option(help="The production's title, shown on a title page.")] = None,
    subtitle: Annotated[str | None, typer.Option(help="The title page's smaller text.")] = None,
    title_seconds: Annotated[float, typer.Option(help="How long the title page stands.")] = 3.0,
    no_title_page: Annotated[bool, typer.Option(help="Leave the title page out.")] = False,
    lower_third: Annotated[
        list[str] | None, typer.Option(help="text|subtext@start-end, in seconds; may be repeated.")
    ] = None,
    normalize: Annotated[bool, typer.Option(help="Bring the sound to an even loudness.")] = False,
    target_lkfs: Annotated[float, typer.Option(help="The loudness for --normalize.")] = -16.0,
    mute: Annotated[bool, typer.Option(help="Replace the sound by silence.")] = False,
    trim: Annotated[str | None, typer.Option(help="Keep only start-end, in seconds.")] = None,
    mp4: Annotated[bool, typer.Option(help="Make an MP4 download too.")] = False,
    space: Annotated[list[str] | None, typer.Option(help="Publish in this space; may be repeated.")] = None,
    url: Annotated[str | None, typer.Option(help="The server; AIRDATE_URL.")] = None,
    token: Annotated[str | None, typer.Option(help="The access token; AIRDATE_TOKEN.")] = None,
) -> None:
    """Upload a video, make a production of it, follow its render live, and publish it."""
    try:
        config: dict[str, Any] = {"outputs": {"mp4": mp4}}
        if title and not no_title_page:
            page = {"title": title, "subtitle": subtitle, "durationMs": round(title_seconds * 1000)}
            config["titlePage"] = page
        config["lowerThirds"] = [read_lower_third(value) for value in lower_third or []]
        if normalize or mute:
            config["audio"] = {"mode": "MUTE" if mute else "NORMALIZE", "targetLkfs": target_lkfs}
        if trim:
            start_ms, end_ms = read_span(trim)
            config["trim"] = {"startMs": start_ms, "endMs": end_ms}
        wish = Wish(_existing(file), title, config, space or [])
        asyncio.run(_publish(wish, url or _default_url(), token or _default_token()))
    except (ApiError, ValueError) as error:
        errors.print(f"airdate: {error}", highlight=False, soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("airdate: interrupted; what was made is kept, and a render goes on without you.")
        raise typer.Exit(INTERRUPTED) from None


async def _publish(wish: Wish, url: str, token: str) -> None:
    async with aiohttp.ClientSession() as session:
        api = Api(session, url, token)
        space_ids = [await _space_id(api, slug) for slug in wish.spaces]
        upload_id = await _upload(api, session, wish.file)
        production_id = await _produce(api, upload_id, wish)
        if space_ids:
            wanted = {"productionId": production_id, "spaceIds": space_ids}
            published = await api.send(documents.PUBLISH, input=wanted)
            for publication in published["publish"]["publications"]:
                _say(f"Published: {publication['space']['name']} ({publication['status']})")
        playback = (await api.send(documents.PLAYBACK, id=production_id))["production"]["playback"]
        _say(f"Watch:     {playback['embedUrl']}")
        _say(f"HLS:       {playback['hlsUrl']}")
        if playback["mp4Url"]:
            _say(f"MP4:       {playback['mp4Url']}")


async def _space_id(api: Api, slug: str) -> str:
    space = (await api.send(documents.SPACE, slug=slug))["space"]
    if space is None:
        raise ApiError(f"There is no space “{slug}” for you.")
    return str(space["id"])


async def _upload(api: Api, session: aiohttp.ClientSession, file: Path) -> str:
    wanted = {
        "filename": file.name,
        "contentType": content_type_of(file),
        "byteSize": file.stat().st_size,
        "checksumSha256": await asyncio.to_thread(sha256_of, file),
        "idempotencyKey": secrets.token_hex(16),
    }
    made = await api.send(documents.CREATE_UPLOAD, input=wanted)
    upload_id = str(made["createUpload"]["upload"]["id"])
    with progress_bar(console, "Uploading") as bar:
        await send_file(api, session, upload_id, file, bar)
    await api.send(documents.COMPLETE_UPLOAD, input={"uploadId": upload_id})
    while True:
        upload = (await api.send(documents.UPLOAD_STATUS, id=upload_id))["upload"]
        if upload is None:
            raise ApiError("The upload was deleted.")
        if upload["status"] == "READY":
            return upload_id
        if upload["rejection"]:
            raise ApiError(f"{upload['rejection']['message']} ({upload['rejection']['code']})")
        await asyncio.sleep(POLL_SECONDS)


async def _produce(api: Api, upload_id: str, wish: Wish) -> str:
    wanted = {
        "uploadId": upload_id,
        "title": wish.title,
        "config": wish.config,
        "idempotencyKey": secrets.token_hex(16),
    }
    made = await api.send(documents.CREATE_PRODUCTION, input=wanted)
    production_id = str(made["createProduction"]["production"]["id"])
    with progress_bar(console, "Rendering") as bar:
        async for event in api.follow(documents.FOLLOW, "productionStatusChanged", id=production_id):
            bar(event["progressPercent"], (event["phase"] or event["status"]).lower())
            if event["status"] == "COMPLETED":
                return production_id
            if event["status"] in ("FAILED", "CANCELED"):
                raise ApiError(_ending(event))
    raise ApiError("The production is no longer there.")


def _ending(event: dict[str, Any]) -> str:
    error = (event["production"]["render"] or {}).get("error")
    if error is None:
        return f"The render was {event['status'].lower()}."
    return f"The render failed: {error['message']} ({error['code']})\n{error['remedy']}"


def content_type_of(file: Path) -> str:
    """By the file's extension; video/mp4 for one unknown."""
    suffix = file.suffix.lower()
    return CONTENT_TYPES.get(suffix) or mimetypes.guess_type(file.name)[0] or "video/mp4"


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise ValueError(f"There is no file “{file}”.")
    if file.stat().st_size == 0:
        raise ValueError(f"“{file}” is empty.")
    return file


def _default_url() -> str:
    return os.environ.get("AIRDATE_URL") or f"http://127.0.0.1:{os.environ.get('AIRDATE_PORT', '8000')}"


def _default_token() -> str:
    token = os.environ.get("AIRDATE_TOKEN")
    path = Path(os.environ.get("AIRDATE_DATA_DIR", ".airdate")) / "token"
    if token:
        return token
    if not path.is_file():
        raise ValueError(f"Give --token, or set AIRDATE_TOKEN: there is no {path}.")
    return path.read_text().strip()


def _say(line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)
