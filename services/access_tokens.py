"""Bearer credentials: 256 random bits, of which the database keeps only a SHA-256."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from tortoise import connections

import models
from services.errors import Unauthenticated
from services.gateways.clock import Clock
from services.viewer import Viewer

PREFIX = "airdate_"

NOTICED_SECONDS = 1.0
"""How long it takes until a revocation is noticed, at most, by an open stream and by whoever asks again."""

GOOD = """
SELECT token_hash, id, user_id, expires_at FROM access_tokens
WHERE token_hash = ANY($1) AND revoked_at IS NULL
"""

PROBLEMS = """
SELECT asked.id, token.id IS NULL OR token.revoked_at IS NOT NULL AS is_revoked
FROM unnest($1::uuid[]) AS asked(id) LEFT JOIN access_tokens token ON token.id = asked.id
WHERE token.id IS NULL OR token.revoked_at IS NOT NULL OR token.expires_at <= $2
"""


async def issue_access_token(*, user_id: UUID, name: str, expires_at: datetime | None = None) -> str:
    """Make a token for a user; this is the only time its text exists."""
    token = PREFIX + secrets.token_urlsafe(32)
    await models.AccessToken.create(
        user_id=user_id, name=name, token_hash=token_hash(token), expires_at=expires_at
    )
    return token


class CredentialProblem(Enum):
    """EXPIRED: another one will be accepted. REVOKED, as unknown ones are: this client is not welcome."""

    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class CredentialRefused(Unauthenticated):
    def __init__(self, problem: CredentialProblem) -> None:
        super().__init__()
        self.problem = problem


@dataclass(frozen=True)
class Credential:
    """Who signed in, and with which token; nobody did where it is None."""

    viewer: Viewer
    token_id: UUID | None
    expires_at: datetime | None = None

    def in_time(self, clock: Clock) -> "Credential":
        """Itself. Raises CredentialRefused once it has expired."""
        if self.expires_at is not None and self.expires_at <= clock.now():
            raise CredentialRefused(CredentialProblem.EXPIRED)
        return self


async def read_credential(*, token: str, clock: Clock) -> Credential:
    """Raises CredentialRefused."""
    key = token_hash(token)
    found = await read_credentials(token_hashes=[key])
    if key not in found:
        raise CredentialRefused(CredentialProblem.REVOKED)
    return found[key].in_time(clock)


async def read_credentials(*, token_hashes: Sequence[str]) -> Mapping[str, Credential]:
    """Those of tokens that are known and not revoked, by their hashes and one statement. They may have
    expired."""
    rows = await connections.get("default").execute_query_dict(GOOD, [token_hashes])
    return {
        row["token_hash"]: Credential(Viewer(user_id=row["user_id"]), row["id"], row["expires_at"])
        for row in rows
    }


async def credential_problems(
    *, token_ids: Collection[UUID], clock: Clock
) -> Mapping[UUID, CredentialProblem]:
    """Which of these tokens are no longer good, and why, by one statement. It returns those alone, and its
    parameters are two, so that ten thousand open sockets cost little."""
    rows = await connections.get("default").execute_query_dict(PROBLEMS, [list(token_ids), clock.now()])
    return {
        row["id"]: CredentialProblem.REVOKED if row["is_revoked"] else CredentialProblem.EXPIRED
        for row in rows
    }


def token_hash(token: str) -> str:
    """Unsalted on purpose: 256 random bits cannot be guessed, and the hash is the look-up key."""
    return hashlib.sha256(token.encode()).hexdigest()
