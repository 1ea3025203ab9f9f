"""An upload's lock, which every writer of its status takes first: an advisory one before the row's, as
services/rows/lock_production.py explains. No writer of an upload takes any other lock before it."""

from collections.abc import Collection
from uuid import UUID

from tortoise import connections
from tortoise.queryset import QuerySet

import models

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 2))"
LOCK_FREE = """
SELECT id FROM unnest($1::uuid[]) AS id WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 2))
"""


async def lock_upload(rows: QuerySet[models.Upload], upload_id: UUID) -> models.Upload | None:
    """The row out of `rows`, locked until the transaction ends."""
    await connections.get("default").execute_query(LOCK, [str(upload_id)])
    return await rows.filter(id=upload_id).select_for_update().first()


async def lock_free_uploads(
    rows: QuerySet[models.Upload], upload_ids: Collection[UUID]
) -> list[models.Upload]:
    """Those of `rows` that nobody else has locked, locked until the transaction ends."""
    found = await connections.get("default").execute_query_dict(LOCK_FREE, [list(upload_ids)])
    return await rows.filter(id__in=[row["id"] for row in found]).select_for_update(skip_locked=True)
