"""Bearer credentials: 256 random bits, of which the database keeps only a SHA-256."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import models
from services.gateways.clock import Clock
from services.viewer import Viewer

PREFIX = "airdate_"


async def issue_access_token(*, user_id: UUID, name: str, expires_at: datetime | None = None) -> str:
    """Make a token for a user; this is the only time its text exists."""
    token = PREFIX + secrets.token_urlsafe(32)
    await models.AccessToken.create(
        user_id=user_id, name=name, token_hash=token_hash(token), expires_at=expires_at
    )
    return token


async def viewer_of_token(*, token: str, clock: Clock) -> Viewer | None:
    """Whose token this is; None for an unknown, expired or revoked one."""
    row = await models.AccessToken.filter(token_hash=token_hash(token), revoked_at__isnull=True).first()
    if row is None or (row.expires_at is not None and row.expires_at <= clock.now()):
        return None
    return Viewer(user_id=row.user_id)


def token_hash(token: str) -> str:
    """Unsalted on purpose: 256 random bits cannot be guessed, and the hash is the look-up key."""
    return hashlib.sha256(token.encode()).hexdigest()
