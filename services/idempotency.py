"""One request, one effect: a creating operation remembers what a key made, in its own transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeVar
from uuid import UUID

import orjson
from tortoise import connections
from tortoise.models import Model

import models
from services.viewer import Viewer

Row = TypeVar("Row", bound=Model)
Request = Mapping[str, object] | Sequence[object]

RETENTION = timedelta(hours=24)
MAX_KEY = 200


class IdempotencyKeyRefused(Exception):
    """`code` is in the enum of every operation that takes a key."""

    code: ClassVar[str]


class IdempotencyKeyInvalid(IdempotencyKeyRefused):
    """The key is empty or too long."""

    code = "IDEMPOTENCY_KEY_INVALID"


class IdempotencyKeyReused(IdempotencyKeyRefused):
    """The key came with another input."""

    code = "IDEMPOTENCY_KEY_REUSED"


async def first_result(
    viewer: Viewer, operation: str, key: str | None, request: Request, made: type[Row]
) -> Row | None:
    """What the key made the first time, within 24 hours and if it is still there; None for a new key.

    A second request with the key, at the same moment, waits here until the first has committed.
    Raises IdempotencyKeyRefused.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY:
        raise IdempotencyKeyInvalid(f"A key has 1 to {MAX_KEY} characters.")
    lock = f"{viewer.user_id}:{operation}:{key}"
    await connections.get("default").execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]
    )
    known = await models.IdempotencyKey.get_or_none(user_id=viewer.user_id, operation=operation, key=key)
    if known is None:
        return None
    result = await made.get_or_none(id=known.result_id)
    if result is None or known.created_at < datetime.now(UTC) - RETENTION:
        return None
    if known.request_hash != _hash(request):
        raise IdempotencyKeyReused("This key was used with another input.")
    return result


async def remember(
    viewer: Viewer, operation: str, key: str | None, request: Request, result_id: UUID
) -> None:
    """Tie the key to what was made, in the transaction that made it; what it was tied to before is over.

    Written last: a write draws the transaction's id, which must not come before any advisory lock
    (services/rows/lock_production.py).
    """
    if key is not None:
        await models.IdempotencyKey.filter(user_id=viewer.user_id, operation=operation, key=key).delete()
        await models.IdempotencyKey.create(
            user_id=viewer.user_id,
            operation=operation,
            key=key,
            request_hash=_hash(request),
            result_id=result_id,
        )


def _hash(request: Request) -> str:
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()
