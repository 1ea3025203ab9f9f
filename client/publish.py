"""`airdate publish clip.mp4 --title "…" --space demo`: the whole main job by the public API."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import typer
from rich.console import Console

from client import config, documents, options
from client.api import TIMEOUT, Api, ApiError
from client.produce import produce
from client.progress import say
from client.upload import upload_further_file, upload_video

INTERRUPTED = 130
console = Console()
errors = Console(stderr=True)


@dataclass(frozen=True)
class Wish:
    """What the person asked for, in the API's words but for the paths in `config`."""

    file: Path
    title: str | None
    config: dict[str, Any]
    spaces: list[str]


def publish(
    file: options.Video,
    title: options.Title = None,
    subtitle: options.Subtitle = None,
    title_seconds: options.TitleSeconds = 3.0,
    background: options.Background = None,
    logo: options.Logo = None,
    no_title_page: options.NoTitlePage = False,
    lower_third: options.LowerThirds = None,
    style: options.Style = None,
    position: options.Position = None,
    accent: options.Accent = None,
    normalize: options.Normalize = False,
    target_lkfs: options.TargetLkfs = -16.0,
    mute: options.Mute = False,
    gain: options.Gain = None,
    music: options.Music = None,
    music_gain: options.MusicGain = None,
    trim: options.Trim = None,
    captions: options.Captions = None,
    burn_captions: options.BurnCaptions = None,
    poster: options.Poster = None,
    max_height: options.MaxHeight = None,
    mp4: options.Mp4 = False,
    audio: options.Audio = False,
    space: options.Spaces = None,
    url: options.Url = None,
    token: options.Token = None,
) -> None:
    """Upload a video and what goes with it, make a production, follow its render live, and publish it.
    Within a day, the same command again goes on with what it began."""
    try:
        wanted = config.title_page(title, subtitle, title_seconds, background, logo, no_title_page)
        wanted |= config.lower_thirds(lower_third or [], style, position, accent)
        wanted |= config.audio(normalize, target_lkfs, mute, gain, music, music_gain)
        wanted |= config.trim(trim or []) | config.captions(captions or [], burn_captions)
        wanted |= config.outputs(mp4, audio, max_height) | config.poster(poster)
        wish = Wish(config.existing(file), title, wanted, space or [])
        where = (url or _default_url(), token or _default_token())
    except (ValueError, OSError) as error:
        raise _failure(error) from None
    _carry_out(wish, *where)


def _carry_out(wish: Wish, url: str, token: str) -> None:
    try:
        asyncio.run(_publish(wish, url, token))
    except (ApiError, OSError) as error:
        raise _failure(error) from None
    except KeyboardInterrupt:
        _complain("interrupted. Run the same command again to go on: nothing done so far is lost.")
        raise typer.Exit(INTERRUPTED) from None


async def _publish(wish: Wish, url: str, token: str) -> None:
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        api = Api(session, url, token)
        space_ids = [await _space_id(api, slug) for slug in wish.spaces]
        # These before the video: they are small, and what is wrong with one is known at once.
        upload_ids = {
            file: await upload_further_file(api, session, console, file)
            for file in config.files_in(wish.config)
        }
        wanted = {
            "uploadId": await upload_video(api, session, console, wish.file),
            "title": wish.title,
            "config": config.with_uploads(wish.config, upload_ids),
        }
        production_id = await produce(api, console, wanted)
        if space_ids:
            await _publish_in(api, production_id, space_ids)
        await _say_links(api, production_id)


async def _space_id(api: Api, slug: str) -> str:
    space = (await api.send(documents.SPACE, slug=slug))["space"]
    if space is None:
        raise ApiError(f"There is no space “{slug}” for you.")
    return str(space["id"])


async def _publish_in(api: Api, production_id: str, space_ids: list[str]) -> None:
    wanted = {"productionId": production_id, "spaceIds": space_ids}
    published = await api.send(documents.PUBLISH, input=wanted)
    for publication in published["publish"]["publications"]:
        say(console, f"Published: {publication['space']['name']} ({publication['status']})")


async def _say_links(api: Api, production_id: str) -> None:
    production = (await api.send(documents.PLAYBACK, id=production_id))["production"]
    playback = production and production["playback"]
    if not playback:
        raise ApiError("The production is no longer there to be played.")
    links = {"Watch": "embedUrl", "HLS": "hlsUrl", "MP4": "mp4Url", "Sound": "audioUrl"}
    for name, field in links.items():
        if playback[field]:
            say(console, f"{name + ':':<10} {playback[field]}")


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


def _complain(line: str) -> None:
    say(errors, f"airdate: {line}")


def _failure(error: Exception) -> typer.Exit:
    _complain(str(error))
    return typer.Exit(1)
