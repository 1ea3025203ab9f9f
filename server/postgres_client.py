"""Tortoise's asyncpg client, none of whose waits is without end. Tortoise finds it by this module's name."""

import contextlib
from collections.abc import Callable
from typing import Any

import asyncpg
from asyncpg.pool import Pool
from tortoise.backends.asyncpg.client import AsyncpgDBClient

ACQUIRE_SECONDS = 10.0
RELEASE_SECONDS = 2.0


class BoundedPool(Pool):  # type: ignore[misc]
    """asyncpg's pool waits for ever for a connection, and for one that is given back to become idle: where a
    server has gone without a word, all of them would be lost for good."""

    def acquire(self, *, timeout: float | None = None) -> Any:
        return super().acquire(timeout=ACQUIRE_SECONDS if timeout is None else timeout)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        # The pool itself ends a connection that cannot be reset; what counts is the statement's own error.
        with contextlib.suppress(TimeoutError):
            await super().release(connection, timeout=RELEASE_SECONDS if timeout is None else timeout)


class PostgresClient(AsyncpgDBClient):
    async def create_pool(self, **kwargs: Any) -> Pool:
        return await BoundedPool(
            None,
            setup=None,
            init=None,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            record_class=asyncpg.Record,
            **kwargs,
        )

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What has not answered in time may be gone, and the idle connections beside it as well: each would
        cost somebody the same wait."""
        try:
            return await super()._translate_exceptions(func, *args, **kwargs)
        except TimeoutError:
            await self._expire_connections()
            raise


client_class = PostgresClient
