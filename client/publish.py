"""`airdate publish clip.mp4 --title "…" --space demo`: the whole main job by the public API."""

import asyncio
import mimetypes
import os
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer
from rich.console import Console

from client import documents
from client.api import TIMEOUT, Api, ApiError
from client.lower_third import read_lower_third, read_span
from client.once import made_once
from client.progress import progress_bar
from client.transfer import send_file, sha256_of

CONTENT_TYPES = {
    ".mkv": "video/x-matroska",
    ".ts": "video/mp2t",
    ".mxf": "application/mxf",
    ".webm": "video/webm",
}
FIRST_POLL_SECONDS, LAST_POLL_SECONDS = 0.2, 2.0
UNDER_WAY, OVER = ("AWAITING_BYTES", "VERIFYING", "READY"), ("REJECTED", "EXPIRED", "CANCELED")
WORTH_FOLLOWING = ("QUEUED", "PROCESSING", "COMPLETED")
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
    no_title_page: Annotated[bool, typer.Option("--no-title-page", help="Leave the title page out.")] = False,
    lower_third: Annotated[
        list[str] | None, typer.Option(help="text|subtext@start-end, in seconds; may be repeated.")
    ] = None,
    normalize: Annotated[
        bool, typer.Option("--normalize", help="Bring the sound to an even loudness.")
    ] = False,
    target_lkfs: Annotated[float, typer.Option(help="The loudness for --normalize.")] = -16.0,
    mute: Annotated[bool, typer.Option("--mute", help="Replace the sound by silence.")] = False,
    trim: Annotated[str | None, typer.Option(help="Keep only start-end, in seconds.")] = None,
    mp4: Annotated[bool, typer.Option("--mp4", help="Make an MP4 download too.")] = False,
    space: Annotated[list[str] | None, typer.Option(help="Publish in this space; may be repeated.")] = None,
    url: Annotated[str | None, typer.Option(help="The server; AIRDATE_URL.")] = None,
    token: Annotated[str | None, typer.Option(help="The access token; AIRDATE_TOKEN.")] = None,
) -> None:
    """Upload a video, make a production of it, follow its render live, and publish it. Within a day, the
    same command again goes on with what it began."""
    try:
        config: dict[str, Any] = {"outputs": {"mp4": mp4}}
        config |= _title_page(title, subtitle, title_seconds, no_title_page)
        config["lowerThirds"] = [read_lower_third(value) for value in lower_third or []]
        config |= _audio(normalize, target_lkfs, mute)
        config |= _trim(trim)
        wish = Wish(_existing(file), title, config, space or [])
        where = (url or _default_url(), token or _default_token())
    except (ValueError, OSError) as error:
        raise _failure(error) from None
    try:
        asyncio.run(_publish(wish, *where))
    except (ApiError, OSError) as error:
        raise _failure(error) from None
    except KeyboardInterrupt:
        _complain("interrupted. Run the same command again to go on: nothing done so far is lost.")
        raise typer.Exit(INTERRUPTED) from None


def _trim(span: str | None) -> dict[str, Any]:
    if span is None:
        return {}
    start_ms, end_ms = read_span(span)
    return {"trim": {"keep": [{"startMs": start_ms, "endMs": end_ms}]}}


def _title_page(title: str | None, subtitle: str | None, seconds: float, left_out: bool) -> dict[str, Any]:
    if left_out:
        return {}
    if title is None:
        if subtitle is not None:
            raise ValueError("--subtitle stands on the title page: give --title too.")
        return {}
    if not 0 < seconds < 1_000_000:
        raise ValueError(f"--title-seconds cannot be {seconds}.")
    return {"titlePage": {"title": title, "subtitle": subtitle, "durationMs": round(seconds * 1000)}}


def _audio(normalize: bool, target_lkfs: float, mute: bool) -> dict[str, Any]:
    if normalize and mute:
        raise ValueError("Give either --normalize or --mute.")
    if mute:
        return {"audio": {"mode": "MUTE"}}
    return {"audio": {"mode": "NORMALIZE", "targetLkfs": target_lkfs}} if normalize else {}


async def _publish(wish: Wish, url: str, token: str) -> None:
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        api = Api(session, url, token)
        space_ids = [await _space_id(api, slug) for slug in wish.spaces]
        upload_id = await _upload(api, session, wish.file)
        production_id = await _produce(api, upload_id, wish)
        if space_ids:
            wanted = {"productionId": production_id, "spaceIds": space_ids}
            published = await api.send(documents.PUBLISH, input=wanted)
            for publication in published["publish"]["publications"]:
                _say(f"Published: {publication['space']['name']} ({publication['status']})")
        production = (await api.send(documents.PLAYBACK, id=production_id))["production"]
        playback = production and production["playback"]
        if not playback:
            raise ApiError("The production is no longer there to be played.")
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
        "checksumSha256": await sha256_of(file),
    }
    upload = await made_once(api, documents.CREATE_UPLOAD, "createUpload", "upload", wanted, UNDER_WAY)
    upload_id = str(upload["id"])
    if upload["status"] == "AWAITING_BYTES":
        with progress_bar(console, "Uploading") as bar:
            await send_file(api, session, upload_id, file, bar)
        await api.send(documents.COMPLETE_UPLOAD, input={"uploadId": upload_id})
    else:
        _say("Uploading: sent before")
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


async def _produce(api: Api, upload_id: str, wish: Wish) -> str:
    wanted = {"uploadId": upload_id, "title": wish.title, "config": wish.config}
    production = await made_once(
        api, documents.CREATE_PRODUCTION, "createProduction", "production", wanted, WORTH_FOLLOWING
    )
    production_id = str(production["id"])
    events = api.follow(documents.FOLLOW, "productionStatusChanged", id=production_id)
    with progress_bar(console, "Rendering") as bar:
        async with aclosing(events):
            async for event in events:
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
    written = path.read_text().strip()
    if not written:
        raise ValueError(f"Give --token, or set AIRDATE_TOKEN: {path} is empty.")
    return written


def _say(line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)


def _complain(line: str) -> None:
    errors.print(f"airdate: {line}", highlight=False, soft_wrap=True, markup=False)


def _failure(error: Exception) -> typer.Exit:
    _complain(str(error))
    return typer.Exit(1)
