"""A production's lock, which every writer of its status or of its publications' takes first.

An advisory lock comes before the row's: waiting for a row lock may happen with a transaction id drawn
already, and then ids, and the event log's order, would not follow the order of commits. For the same reason
every advisory lock of a transaction is taken before anything is locked or written.

The order, everywhere: an idempotency key, productions, the spaces they are or will be shown in, rows. Spaces
are shared by those who write publications, and delete_space alone takes its own for itself: that is one lock,
where those of all productions in a large space would be more than PostgreSQL has room for.
"""

from collections.abc import Collection
from uuid import UUID

from tortoise import connections
from tortoise.queryset import QuerySet

import models

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 1))"
LOCK_FREE = """
SELECT id FROM unnest($1::uuid[]) AS id WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 1))
"""
SHARE_SPACES = """
SELECT pg_advisory_xact_lock_shared(hashtextextended(id::text, 3)) FROM (
    SELECT space_id AS id FROM publications WHERE production_id = ANY($1)
    UNION SELECT unnest($2::uuid[])
    ORDER BY id
) AS spaces
"""


async def lock_production(
    rows: QuerySet[models.Production], production_id: UUID, *, new_spaces: Collection[UUID] = ()
) -> models.Production | None:
    """The row out of `rows`, locked until the transaction ends with all its publications; `new_spaces` are
    those that it may be put into."""
    await connections.get("default").execute_query(LOCK, [str(production_id)])
    await share_spaces([production_id], new_spaces)
    return await rows.filter(id=production_id).select_for_update().first()


async def lock_free_productions(production_ids: Collection[UUID]) -> list[models.Production]:
    """The rows that nobody else has locked, locked until the transaction ends with all their publications."""
    found = await connections.get("default").execute_query_dict(LOCK_FREE, [list(production_ids)])
    ids = [row["id"] for row in found]
    await share_spaces(ids)
    return await models.Production.filter(id__in=ids).order_by("id").select_for_update()


async def share_spaces(production_ids: Collection[UUID], new_spaces: Collection[UUID] = ()) -> None:
    """Keep the spaces of productions, and those they may be put into, from being deleted until the
    transaction ends. The caller holds the productions' locks, or is about to make the production."""
    await connections.get("default").execute_query(SHARE_SPACES, [list(production_ids), list(new_spaces)])
