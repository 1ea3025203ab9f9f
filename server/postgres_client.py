"""Tortoise's asyncpg client, mended for a PostgreSQL that goes away: none of its waits is without end, and no
task stays in a transaction that never began. Tortoise finds it by this module's name."""

from collections.abc import Callable
from types import TracebackType
from typing import Any

import asyncpg
import structlog
from asyncpg.pool import Pool
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections

log = structlog.get_logger()
ACQUIRE_SECONDS = 10.0
RELEASE_SECONDS = 2.0


class BoundedPool(Pool):  # type: ignore[misc]
    """asyncpg's pool waits for ever for a connection, and for one that is given back to become idle: where a
    server has gone without a word, all of them would be lost for good."""

    def acquire(self, *, timeout: float | None = None) -> Any:
        return super().acquire(timeout=ACQUIRE_SECONDS if timeout is None else timeout)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        try:
            await super().release(connection, timeout=RELEASE_SECONDS if timeout is None else timeout)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # The pool has ended it, and makes another. What counts is what the statement itself came to.
            log.info("a connection was given back broken", error=repr(error))


class Transaction(TransactionContextPooled):
    """Tortoise's own, where BEGIN fails, keeps the connection and leaves the task in the transaction: every
    later statement of that task would fail, long after PostgreSQL is back (its issue 1793, which was mended
    for COMMIT and ROLLBACK)."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self._pool.acquire()
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            await self._leave()
            raise
        return self.client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if not self.client._finalized:
                await (self.client.rollback() if error else self.client.commit())
        finally:
            await self._leave()

    async def _leave(self) -> None:
        get_connections().reset(self.token)
        await self._pool.release(self.client._connection)

    @property
    def _pool(self) -> Any:
        return self.client._parent._pool


class PostgresClient(AsyncpgDBClient):
    async def create_pool(self, **kwargs: Any) -> Pool:
        return await BoundedPool(
            None,
            setup=None,
            init=None,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            record_class=asyncpg.Record,
            reset=_nothing_to_reset,
            **kwargs,
        )

    def _in_transaction(self) -> Transaction:
        return Transaction(TransactionWrapper(self), self._pool_init_lock)

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What has not answered in time may be gone, and the idle connections beside it as well: each would
        cost somebody the same wait."""
        try:
            return await super()._translate_exceptions(func, *args, **kwargs)
        except TimeoutError:
            await self._expire_connections()
            raise


async def _nothing_to_reset(connection: Any) -> None:
    """asyncpg's own four statements after each use (`pg_advisory_unlock_all`, `CLOSE ALL`, `UNLISTEN *`,
    `RESET ALL`) cost more than a small query does. Nothing here leaves anything in a session: locks, cursors
    and settings end with their transaction, and one that is still open asyncpg rolls back before this."""


client_class = PostgresClient
