"""Plays productions: playlists rewritten on the way, media straight from storage.

A child playlist leads back here with the same token; segments become presigned URLs. These live for the
programme's duration and ten minutes more, fifteen at least: the bound within which an unpublished production
stops for a player that already holds its playlist. New playlist requests are refused at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from models.statuses import RenderOutputKind
from services.gateways.clock import Clock
from services.gateways.object_storage import ObjectStorage
from services.gateways.public_url import public_url
from services.limits import Limits
from services.playback_token import PlaybackTokenExpired
from services.production_playback import (
    AuthorisedPlayback,
    PlaybackRefused,
    authorise_playback,
    output_key,
)
from services.rewrite_playlist import NAME, media_names, rewrite_playlist
from services.storyboard import storyboard_of, storyboard_vtt

MIN_SEGMENT_SECONDS = 900
REDIRECT_SECONDS = 900
HLS = "application/vnd.apple.mpegurl"
HEADERS = {
    "cache-control": "no-store",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Content-Length, Content-Range",
}
PREFLIGHT = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "*",
    "access-control-max-age": "3000",
}


@dataclass(frozen=True)
class PlaybackServices:
    """`storage_base` is where browsers reach storage through us, or None for as its URLs say."""

    storage: ObjectStorage
    secret: bytes
    clock: Clock
    limits: Limits
    storage_base: str | None


Answer = Callable[[Request, AuthorisedPlayback], Awaitable[Response]]


def playback_routes(services: PlaybackServices) -> list[BaseRoute]:
    async def playlist(request: Request, playback: AuthorisedPlayback) -> Response:
        name = request.path_params.get("name", "index") + ".m3u8"
        master = output_key(playback.render, RenderOutputKind.HLS)
        if master is None or not NAME.fullmatch(name):
            return nothing_here()
        folder = master.rpartition("/")[0]
        key = master if name == "index.m3u8" else f"{folder}/{name}"
        if await services.storage.head(key) is None:
            return nothing_here()
        text = (await services.storage.get(key)).decode()
        seconds = segment_seconds(services, playback)
        urls = {
            media: public_url(
                await services.storage.presign_get(f"{folder}/{media}", seconds=seconds),
                services.storage_base,
            )
            for media in media_names(text)
        }
        rewritten = rewrite_playlist(text, playlist_url=lambda child: child, media_url=urls.__getitem__)
        return Response(rewritten, media_type=HLS, headers=HEADERS)

    async def video(request: Request, playback: AuthorisedPlayback) -> Response:
        key = output_key(playback.render, RenderOutputKind.MP4)
        return await redirect(services, key, filename=f"{playback.production.title}.mp4")

    async def poster(request: Request, playback: AuthorisedPlayback) -> Response:
        return await redirect(services, output_key(playback.render, RenderOutputKind.POSTER))

    async def storyboard(request: Request, playback: AuthorisedPlayback) -> Response:
        found = await storyboard_of(render=playback.render, storage=services.storage)
        if found is None or not found.tiles:
            return nothing_here()
        seconds = segment_seconds(services, playback)
        urls = [
            public_url(await services.storage.presign_get(tile, seconds=seconds), services.storage_base)
            for tile in found.tiles
        ]
        return Response(storyboard_vtt(found, urls), media_type="text/vtt", headers=HEADERS)

    def route(path: str, answer: Answer) -> Route:
        return Route(f"/playback/{{token}}/{path}", authorised(services, answer), methods=["GET", "OPTIONS"])

    return [
        route("index.m3u8", playlist),
        route("video.mp4", video),
        route("poster.jpg", poster),
        route("storyboard.vtt", storyboard),
        route("{name}.m3u8", playlist),
    ]


def authorised(services: PlaybackServices, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Every request's right is checked, whatever was answered before."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        try:
            playback = await authorise_playback(
                token=request.path_params["token"], secret=services.secret, clock=services.clock
            )
        except PlaybackTokenExpired:
            return PlainTextResponse("This link has expired.", status_code=403, headers=HEADERS)
        except PlaybackRefused:
            return nothing_here()
        return await answer(request, playback)

    return endpoint


async def redirect(services: PlaybackServices, key: str | None, *, filename: str | None = None) -> Response:
    if key is None:
        return nothing_here()
    url = await services.storage.presign_get(key, seconds=REDIRECT_SECONDS, filename=filename)
    return RedirectResponse(public_url(url, services.storage_base), status_code=302, headers=HEADERS)


def nothing_here() -> Response:
    return PlainTextResponse("There is nothing to play here.", status_code=404, headers=HEADERS)


def segment_seconds(services: PlaybackServices, playback: AuthorisedPlayback) -> int:
    """How long a segment's URL lives: the programme and some slack, never beyond the link itself."""
    durations = [output.get("durationMs") or 0 for output in playback.render.outputs]
    programme = max(durations, default=0) // 1000
    wanted = max(programme + services.limits.segment_slack_seconds, MIN_SEGMENT_SECONDS)
    left = _seconds_until(playback.expires_at, services.clock.now())
    return max(1, min(wanted, left))


def _seconds_until(end: datetime, now: datetime) -> int:
    return int((end - now).total_seconds())
