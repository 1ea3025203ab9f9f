"""Plays productions: playlists rewritten on the way, media straight from storage.

A child playlist leads back here with the same token; media become presigned URLs. These live for the
programme's duration and ten minutes more, fifteen at least: the bound within which an unpublished production
stops for a player that already holds its playlist. New playlist requests are refused at once.
"""

from collections.abc import Awaitable, Callable, Sequence
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
from services.playback.default_captions import default_captions_playlist, with_default_captions
from services.playback.playback_token import PlaybackTokenExpired
from services.playback.production_playback import (
    AuthorisedPlayback,
    PlaybackRefused,
    authorise_playback,
    output_key,
)
from services.playback.rewrite_playlist import NAME, media_names, rewrite_playlist
from services.playback.storyboard import storyboard_of, storyboard_vtt

MIN_SEGMENT_SECONDS = 900
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


class Player:
    """Answers for one production's playable render, once a link has been authorised."""

    def __init__(self, services: PlaybackServices) -> None:
        self._services = services

    def authorised(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Every request's right is checked, whatever was answered before."""
        services = self._services

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

    async def playlist(self, request: Request, playback: AuthorisedPlayback) -> Response:
        name = request.path_params.get("name", "index") + ".m3u8"
        master = output_key(playback.render, RenderOutputKind.HLS)
        if master is None or not NAME.fullmatch(name):
            return nothing_here()
        folder = master.rpartition("/")[0]
        key = master if name == "index.m3u8" else f"{folder}/{name}"
        stored = await self._services.storage.get(key)
        if stored is None:
            return nothing_here()
        text = stored.decode()
        if key == master:
            text = with_default_captions(text, default_captions_playlist(playback.render))
        names = media_names(text)
        urls = await self._media_urls([f"{folder}/{media}" for media in names], playback)
        media_url = dict(zip(names, urls, strict=True))
        rewritten = rewrite_playlist(text, playlist_url=lambda child: child, media_url=media_url.__getitem__)
        return Response(rewritten, media_type=HLS, headers=HEADERS)

    async def storyboard(self, request: Request, playback: AuthorisedPlayback) -> Response:
        found = await storyboard_of(render=playback.render, storage=self._services.storage)
        if found is None or not found.tiles:
            return nothing_here()
        urls = await self._media_urls([f"{found.folder}/{tile.name}" for tile in found.tiles], playback)
        return Response(storyboard_vtt(found.tiles, urls), media_type="text/vtt", headers=HEADERS)

    async def video(self, request: Request, playback: AuthorisedPlayback) -> Response:
        key = output_key(playback.render, RenderOutputKind.MP4)
        return await self._redirect(playback, key, filename=f"{playback.production.title}.mp4")

    async def audio(self, request: Request, playback: AuthorisedPlayback) -> Response:
        key = output_key(playback.render, RenderOutputKind.AUDIO)
        return await self._redirect(playback, key, filename=f"{playback.production.title}.m4a")

    async def poster(self, request: Request, playback: AuthorisedPlayback) -> Response:
        return await self._redirect(playback, output_key(playback.render, RenderOutputKind.POSTER))

    async def _media_urls(self, keys: Sequence[str], playback: AuthorisedPlayback) -> list[str]:
        seconds = segment_seconds(self._services, playback)
        storage, base = self._services.storage, self._services.storage_base
        return [public_url(await storage.presign_get(key, seconds=seconds), base) for key in keys]

    async def _redirect(
        self, playback: AuthorisedPlayback, key: str | None, *, filename: str | None = None
    ) -> Response:
        if key is None:
            return nothing_here()
        seconds = segment_seconds(self._services, playback)
        url = await self._services.storage.presign_get(key, seconds=seconds, filename=filename)
        target = public_url(url, self._services.storage_base)
        return RedirectResponse(target, status_code=302, headers=HEADERS)


def playback_routes(services: PlaybackServices) -> list[BaseRoute]:
    player = Player(services)
    answers = {
        "index.m3u8": player.playlist,
        "video.mp4": player.video,
        "audio.m4a": player.audio,
        "poster.jpg": player.poster,
        "storyboard.vtt": player.storyboard,
        "{name}.m3u8": player.playlist,
    }
    return [
        Route(f"/playback/{{token}}/{path}", player.authorised(answer), methods=["GET", "OPTIONS"])
        for path, answer in answers.items()
    ]


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
