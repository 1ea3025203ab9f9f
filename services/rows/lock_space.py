from uuid import UUID

from tortoise import connections

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 3))"


async def lock_space(space_id: UUID) -> None:
    """Let nobody write a publication in a space until the transaction ends: every writer of one shares this
    lock (services/rows/lock_production.py). To be taken before any row."""
    await connections.get("default").execute_query(LOCK, [str(space_id)])
