"""A connection to PostgreSQL for reads alone, by statements that stay prepared."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.protocol import NO_TIMEOUT


class ReadingSession(asyncpg.Connection):  # type: ignore[misc]
    """asyncpg's `fetch` goes through six calls and sets a timer each time. `rows` goes straight to the
    protocol; what it stands on is named in tests/server/test_asyncpg_parts.py. One task at a time reads by
    it: the one that its pool gave it to."""

    __slots__ = ("_statements", "asked_at", "idle_since", "is_outlived", "is_silent", "opened_at")

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.opened_at = self.idle_since = self._loop.time()
        self.asked_at: float | None = None
        """Since when a statement is under way, in the loop's seconds. It stays where one was cancelled or has
        failed."""
        self.is_outlived = False
        """Whoever has it may finish, and nobody gets it after that."""
        self.is_silent = False
        # By their text: those of asyncpg's own cache. Some may have left it since, and are closed then.
        self._statements: dict[str, Any] = {}

    async def rows(self, sql: str, arguments: Sequence[Any]) -> Sequence[asyncpg.Record]:
        """Those that a statement finds. Raises what asyncpg's `fetch` does, and TimeoutError where that takes
        too long."""
        if self._aborted:
            raise asyncpg.InterfaceError("the connection is closed")
        self.asked_at = self._loop.time()
        try:
            statement = self._statements.get(sql)
            if statement is None or statement.closed:
                statement = await self._prepared(sql)
            # No portal's name, no limit, the rows alone. How long it takes is looked at by the pool.
            found = await self._protocol.bind_execute(statement, arguments, "", 0, False, NO_TIMEOUT)
        except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):
            # Tables have changed since it was prepared. asyncpg's own way meets the same, forgets what it
            # knew, and asks once more where that helps.
            found = await self.fetch(sql, *arguments)
        except asyncpg.ConnectionDoesNotExistError as lost:
            if self.is_silent:
                raise TimeoutError("PostgreSQL did not answer in time") from lost
            raise
        self.asked_at = None
        rows: Sequence[asyncpg.Record] = found
        return rows

    def give_up(self) -> None:
        """End it, as PostgreSQL does not answer."""
        self.is_silent = True
        self.terminate()

    async def _prepared(self, sql: str) -> Any:
        statement = await self._get_statement(sql, None)
        if len(self._statements) >= self._config.statement_cache_size:
            self._statements.clear()
        # One without a name lasts until the next such: it is too long for asyncpg's cache, or that is off.
        if statement.name:
            self._statements[sql] = statement
        return statement
