from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url

MIGRATION_LOCK = 7_243_114_001

# What the URL says goes before these. A connection keeps its last statements prepared: asyncpg's 100 are too
# few for the levels of a hundred planned documents beside our own.
POOL = {"minsize": 1, "maxsize": 10, "statement_cache_size": 256}
# Without them a server that has gone without a word is waited for until the kernel gives up, after a quarter
# of an hour. A statement that waits for a row's lock waits as long as this at most.
PATIENCE = {"timeout": 5, "command_timeout": 10}
# The same from the other side: a machine of ours that is gone in the middle of a transaction holds its locks,
# and with them everybody's reading of the event log, until PostgreSQL ends its session.
SESSION = {
    "application_name": "airdate",
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


def tortoise_config(database_url: str, *, patience: dict[str, Any] = PATIENCE) -> dict[str, Any]:
    """Tortoise's configuration; what asyncpg is told may be set in the URL (`?maxsize=20`)."""
    credentials = expand_db_url(database_url)["credentials"]
    return {
        "connections": {
            "default": {
                "engine": "server.postgres_client",
                "credentials": {**POOL, **patience, "server_settings": SESSION, **credentials},
            }
        },
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
    # A server never migrates, and shall not hold in memory what does.
    from tortoise.migrations.api import migrate as apply_migrations

    lock = await asyncpg.connect(database_url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        # A new index on a long table takes what it takes.
        await apply_migrations(config=tortoise_config(database_url, patience={}))
    finally:
        await Tortoise.close_connections()
        await lock.close()


NOWHERE = "postgres://nobody@127.0.0.1/none"
"""For what needs to know the models and no database: nothing connects before it asks something."""
# Read by `tortoise -c server.database.MODELS makemigrations`.
MODELS = tortoise_config(NOWHERE)
