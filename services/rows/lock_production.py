from uuid import UUID

from tortoise import connections
from tortoise.queryset import QuerySet

import models


async def lock_production(rows: QuerySet[models.Production], production_id: UUID) -> models.Production | None:
    """The row out of `rows`, locked until the transaction ends; every writer of a status locks it first.

    An advisory lock comes before the row's: waiting for a row lock may happen with a transaction id drawn
    already, and then ids, and the event log's order, would not follow the order of commits.
    """
    await connections.get("default").execute_query(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", [str(production_id)]
    )
    return await rows.filter(id=production_id).select_for_update().first()
