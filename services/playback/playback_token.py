"""Playback links carry the right of whoever asked for them, because players send no headers.

A token is version, expiry (Unix seconds), production and viewer (zeros for nobody), then the first 16 bytes
of an HMAC-SHA256 over them, in URL-safe base64.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.viewer import Viewer

BODY = struct.Struct(">BI16s16s")
VERSION = 1
MAC_BYTES = 16
NOBODY = UUID(int=0)


class PlaybackTokenInvalid(Exception):
    """Not a token of ours, or changed on the way."""


class PlaybackTokenExpired(Exception):
    """Ours, and over."""


@dataclass(frozen=True)
class PlaybackGrant:
    production_id: UUID
    viewer: Viewer
    expires_at: datetime


def issue_playback_token(secret: bytes, *, production_id: UUID, viewer: Viewer, expires_at: datetime) -> str:
    user_id = viewer.user_id or NOBODY
    body = BODY.pack(VERSION, int(expires_at.timestamp()), production_id.bytes, user_id.bytes)
    return _to_text(body + _mac(secret, body))


def read_playback_token(secret: bytes, token: str, *, now: datetime) -> PlaybackGrant:
    """Raises PlaybackTokenInvalid or PlaybackTokenExpired."""
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error) as error:
        raise PlaybackTokenInvalid from error
    # The decoder passes over foreign characters and spare bits; a token has one spelling.
    if token != _to_text(packed):
        raise PlaybackTokenInvalid
    body, mac = packed[:-MAC_BYTES], packed[-MAC_BYTES:]
    if len(body) != BODY.size or not hmac.compare_digest(mac, _mac(secret, body)):
        raise PlaybackTokenInvalid
    version, seconds, production_id, user_id = BODY.unpack(body)
    if version != VERSION:
        raise PlaybackTokenInvalid
    expires_at = datetime.fromtimestamp(seconds, UTC)
    if expires_at <= now:
        raise PlaybackTokenExpired
    viewer = Viewer(None if UUID(bytes=user_id) == NOBODY else UUID(bytes=user_id))
    return PlaybackGrant(UUID(bytes=production_id), viewer, expires_at)


def _to_text(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"playback" + body, hashlib.sha256)[:MAC_BYTES]
