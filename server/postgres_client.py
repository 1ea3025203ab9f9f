"""Tortoise's asyncpg client, mended for a PostgreSQL that goes away: none of its waits is without end, and no
task stays in a transaction that never began. Tortoise finds it by this module's name."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any, NoReturn

import asyncpg
import structlog
from asyncpg.pool import Pool
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections

from server.reading_pool import ACQUIRE_SECONDS, RELEASE_SECONDS, ReadingPool
from server.reading_session import ReadingSession

log = structlog.get_logger()
# A connection is replaced after so many: what PostgreSQL keeps for a session only grows.
MAX_STATEMENTS = 50_000
# Planned reads are few texts asked over and over, made to be found by index whatever their parameters are.
# Left to itself PostgreSQL plans them anew each time, which takes longer than most of them: it reckons the
# general plan to be dearer, by guesses about arrays and limits. Compiling them would take longer still, and
# to remember what a list below a row had (memoize) serves nobody: no row comes twice.
READS = {
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "enable_memoize": "off",
    "default_transaction_read_only": "on",
}


class Session(asyncpg.Connection):  # type: ignore[misc]
    """asyncpg's own four statements after each use (`pg_advisory_unlock_all`, `CLOSE ALL`, `UNLISTEN *`,
    `RESET ALL`) cost more than a small query does. Nothing here leaves anything in a session: locks, cursors
    and settings end with their transaction, and one that is still open is rolled back."""

    async def reset(self, *, timeout: float | None = None) -> None:
        if self.is_in_transaction():
            await super().reset(timeout=timeout)

    async def rows(self, sql: str, arguments: Sequence[Any]) -> Sequence[asyncpg.Record]:
        """As `fetch`, outside a transaction, straight to the protocol (see ReadingSession)."""
        statement = await self._get_statement(sql, None)
        rows: Sequence[asyncpg.Record]
        try:
            rows = await self._protocol.bind_execute(statement, arguments, "", 0, False, None)
        except asyncpg.InvalidCachedStatementError:
            # Tables have changed since it was prepared: it was refused before it did anything.
            rows = await self.fetch(sql, *arguments)
        except asyncpg.OutdatedSchemaCacheError:
            # It may have written.
            await self.reload_schema_state()
            raise
        return rows


class BoundedPool(Pool):  # type: ignore[misc]
    """asyncpg's pool waits for ever for a connection, and for one that is given back to become idle: where a
    server has gone without a word, all of them would be lost for good."""

    def acquire(self, *, timeout: float | None = None) -> Any:
        return super().acquire(timeout=ACQUIRE_SECONDS if timeout is None else timeout)

    async def _acquire(self, timeout: float | None) -> Any:
        # A timer for what is there already costs as much as taking it; asyncpg's waits by a task, which costs
        # more than to wait does.
        if not self._queue.empty() and self._queue._queue[-1].is_connected():
            return await super()._acquire(None)
        async with asyncio.timeout(timeout):
            return await super()._acquire(None)

    async def rows(self, sql: str, arguments: Sequence[Any]) -> Sequence[asyncpg.Record]:
        """Those of a statement by itself (see `Session.rows`)."""
        rows: Sequence[asyncpg.Record]
        holder = self._lend()
        if holder is None:
            connection = await self._acquire(ACQUIRE_SECONDS)
            try:
                rows = await connection._con.rows(sql, arguments)
            finally:
                await self.release(connection)
            return rows
        session, is_whole = holder._con, False
        try:
            rows = await session.rows(sql, arguments)
            is_whole = True
        finally:
            # One that has ended has told its holder.
            if holder._con is session:
                await self._take_back(holder, is_whole=is_whole)
        return rows

    def _lend(self) -> Any:
        """What holds an idle connection, without the two coroutines and the proxy that asyncpg makes to hand
        one out; None where there is none, or it has to be replaced first."""
        queue = self._queue
        if queue.empty() or self._closing:
            return None
        holder = queue._queue[-1]
        if not holder.is_connected() or holder._generation != self._generation:
            return None
        if holder._con._protocol.queries_count >= MAX_STATEMENTS:
            return None
        queue.get_nowait()
        holder._maybe_cancel_inactive_callback()
        holder._in_use = self._loop.create_future()
        return holder

    async def _take_back(self, holder: Any, *, is_whole: bool) -> None:
        if is_whole and holder.is_connected():
            holder._release()
            holder._setup_inactive_callback()
        else:
            await self._recover(holder, RELEASE_SECONDS)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        """Not in a task of its own, as asyncpg's is: nothing is waited for but the end of a transaction
        that was left open, and who is cancelled in that ends the connection."""
        if connection._con is None:
            return
        connection._con._on_release()
        await self._recover(connection._holder, RELEASE_SECONDS if timeout is None else timeout)

    async def _recover(self, holder: Any, timeout: float) -> None:
        """It is idle again when nothing is under way on its connection any more."""
        try:
            await holder.release(timeout)
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


class Reading:
    """A connection for reads alone, taken from a pool of their own: what carries out a statement by it."""

    __slots__ = ("_client", "_pool", "_session")

    def __init__(self, client: "PostgresClient") -> None:
        self._client = client

    async def __aenter__(self) -> Callable[[str, Sequence[Any]], Awaitable[Sequence[asyncpg.Record]]]:
        self._pool = self._client.reads or await self._client.open_reads()
        self._session = self._pool.idle() or await self._pool.wait()
        return self._session.rows

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.give_back(self._session)
        if isinstance(error, TimeoutError):
            await self._client._expire_connections()


class PostgresClient(AsyncpgDBClient):
    reads: ReadingPool | None = None
    """Of connections that only read, by statements whose plans PostgreSQL makes once."""

    def reading(self) -> Reading:
        """A connection of these."""
        return Reading(self)

    async def open_reads(self) -> ReadingPool:
        """Whoever comes meanwhile waits for the same, but no longer than for a connection."""
        async with asyncio.timeout(ACQUIRE_SECONDS), self._pool_init_lock:
            if self.reads is None:
                if self._pool is None:
                    await self.create_connection(with_db=True)
                self.reads = self._reading_pool()
            return self.reads

    def _reading_pool(self) -> ReadingPool:
        told = {**self._template, "connection_class": ReadingSession, "password": self.password}
        least, most = told.pop("min_size"), told.pop("max_size")
        patience = float(told["command_timeout"]) if told.get("command_timeout") else None
        settings = {**told["server_settings"], **READS}
        if patience is not None:
            # PostgreSQL ends a statement by itself, and says so on a connection that stays good.
            settings["statement_timeout"] = f"{patience * 1000:.0f}"
        told["server_settings"] = settings
        return ReadingPool(partial(asyncpg.connect, **told), least=least, most=most, patience=patience)

    async def _expire_connections(self) -> None:
        await super()._expire_connections()
        if self.reads is not None:
            self.reads.expire()

    async def _close(self) -> None:
        reads, self.reads = self.reads, None
        await super()._close()
        if reads is not None:
            await reads.close()

    async def create_pool(self, **kwargs: Any) -> BoundedPool:
        pool: BoundedPool = await BoundedPool(
            None,
            setup=None,
            init=None,
            max_queries=MAX_STATEMENTS,
            max_inactive_connection_lifetime=300.0,
            record_class=asyncpg.Record,
            **{**kwargs, "connection_class": Session},
        )
        return pool

    def _in_transaction(self) -> Transaction:
        return Transaction(TransactionWrapper(self), self._pool_init_lock)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """As Tortoise's, by fewer calls: it is how services say what they do in one statement."""
        pool: Any = self._pool
        if pool is None:
            found: list[dict[str, Any]] = await super().execute_query_dict(query, values)
            return found
        try:
            rows = await pool.rows(query, values or ())
        except Exception as error:
            rows = await self._translate_exceptions(_raising, error)
        return [dict(row) for row in rows]

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What has not answered in time may be gone, and the idle connections beside it as well: each would
        cost somebody the same wait."""
        try:
            return await super()._translate_exceptions(func, *args, **kwargs)
        except TimeoutError:
            await self._expire_connections()
            raise


async def _raising(client: PostgresClient, error: Exception) -> NoReturn:
    raise error


client_class = PostgresClient
