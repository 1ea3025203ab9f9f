"""Where a production plays, and whether a link may still be followed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import models
from models.statuses import RenderOutputKind
from services.gateways.clock import Clock
from services.limits import Limits
from services.playback.playback_token import PlaybackTokenInvalid, issue_playback_token, read_playback_token
from services.rows.visible_rows import visible_row
from services.viewer import Viewer

ROUND_SECONDS = 3600


class PlaybackRefused(Exception):
    """Nothing to play here for this viewer: unknown, withdrawn, foreign, or not rendered yet."""


@dataclass(frozen=True)
class Playback:
    hls_url: str
    mp4_url: str | None
    audio_url: str | None
    embed_url: str
    poster_url: str
    storyboard_url: str
    expires_at: datetime


def production_playback(
    *,
    production: models.Production,
    render: models.Render | None,
    viewer: Viewer,
    secret: bytes,
    clock: Clock,
    limits: Limits,
    origin: str,
) -> Playback | None:
    """The links of a production's playable render, for this viewer; None while there is none.

    The expiry is rounded up to a full hour, so that asking again gives the same links.
    """
    if render is None:
        return None
    expires_at = rounded_up(clock.now() + timedelta(seconds=limits.playback_ttl_seconds))
    token = issue_playback_token(secret, production_id=production.id, viewer=viewer, expires_at=expires_at)
    kinds = {output["kind"] for output in render.outputs}
    return Playback(
        hls_url=f"{origin}/playback/{token}/index.m3u8",
        mp4_url=f"{origin}/playback/{token}/video.mp4" if RenderOutputKind.MP4 in kinds else None,
        audio_url=f"{origin}/playback/{token}/audio.m4a" if RenderOutputKind.AUDIO in kinds else None,
        embed_url=f"{origin}/embed/{token}",
        poster_url=f"{origin}/playback/{token}/poster.jpg",
        storyboard_url=f"{origin}/playback/{token}/storyboard.vtt",
        expires_at=expires_at,
    )


@dataclass(frozen=True)
class AuthorisedPlayback:
    production: models.Production
    render: models.Render
    expires_at: datetime


async def authorise_playback(*, token: str, secret: bytes, clock: Clock) -> AuthorisedPlayback:
    """What a link's token opens now. Raises PlaybackTokenExpired, or PlaybackRefused: the policy is asked
    again each time, so a withdrawn production is refused from that moment on."""
    try:
        grant = read_playback_token(secret, token, now=clock.now())
    except PlaybackTokenInvalid as error:
        raise PlaybackRefused from error
    production = await visible_row(grant.viewer, models.Production, grant.production_id)
    render = await playable_render(production) if production else None
    if production is None or render is None:
        raise PlaybackRefused
    return AuthorisedPlayback(production, render, grant.expires_at)


async def playable_render(production: models.Production) -> models.Render | None:
    """The completed render that plays now; a later one that failed does not matter."""
    if production.playable_render_number is None:
        return None
    return await models.Render.get_or_none(
        production_id=production.id, number=production.playable_render_number
    )


def rounded_up(moment: datetime) -> datetime:
    seconds = -(-int(moment.timestamp()) // ROUND_SECONDS) * ROUND_SECONDS
    return datetime.fromtimestamp(seconds, UTC)


def output_key(render: models.Render, kind: RenderOutputKind) -> str | None:
    return next((output["key"] for output in render.outputs if output["kind"] == kind), None)
