from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api import migrate as apply_migrations

MIGRATION_LOCK = 7_243_114_001


def tortoise_config(database_url: str) -> dict[str, Any]:
    """Tortoise's configuration; the size of the pool travels in the URL."""
    joint = "&" if "?" in database_url else "?"
    return {
        "connections": {"default": f"{database_url}{joint}minsize=1&maxsize=10"},
        "apps": {
            "models": {
                "models": ["models"],
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def open_database(database_url: str) -> AsyncIterator[None]:
    """Tortoise for the whole process: its lifespan runs in another task than the requests do."""
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def migrate(database_url: str) -> None:
    """Bring the tables up to date. Tortoise takes no lock of its own, so processes that start together
    wait for each other on an advisory one."""
    lock = await asyncpg.connect(database_url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await apply_migrations(config=tortoise_config(database_url))
    finally:
        await Tortoise.close_connections()
        await lock.close()


# Read by `tortoise -c server.database.MODELS makemigrations`, which needs no database.
MODELS = tortoise_config("postgres://nobody@127.0.0.1/none")
