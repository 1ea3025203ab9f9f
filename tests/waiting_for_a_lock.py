import asyncio

from tortoise import connections

WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted"


async def waiting_for_a_lock() -> None:
    """Until somebody in this database waits for a lock."""
    async with asyncio.timeout(30):
        while not (await connections.get("default").execute_query(WAITING))[0]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
