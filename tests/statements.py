"""The statements that PostgreSQL is sent on behalf of a test, whatever sends them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from asyncpg.connection import Connection

from server.postgres_client import Session
from server.reading_session import ReadingSession

Rows = Callable[[Any, str, Sequence[Any]], Awaitable[Any]]
SENT: ContextVar[list[str] | None] = ContextVar("sent", default=None)


@contextmanager
def _noted_in(sent: list[str] | None) -> Iterator[None]:
    token = SENT.set(sent)
    yield
    SENT.reset(token)


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """Those of this task and of the tasks it starts, over any connection: Tortoise's and plans' alike. What
    asyncpg asks once a connection, to read and write types, is not among them."""
    sent: list[str] = []
    carry_out, introspect = Connection._do_execute, Connection._introspect_types
    by_protocol = [(Session, Session.rows), (ReadingSession, ReadingSession.rows)]

    async def noting(self: Connection, query: str, *arguments: Any, **options: Any) -> Any:
        noted = SENT.get()
        if noted is not None:
            noted.append(query)
        return await carry_out(self, query, *arguments, **options)

    def noting_rows(rows: Rows) -> Rows:
        async def noted_rows(self: Any, query: str, arguments: Sequence[Any]) -> Any:
            noted = SENT.get()
            if noted is not None:
                noted.append(query)
            with _noted_in(None):
                return await rows(self, query, arguments)

        return noted_rows

    async def unnoticed(self: Connection, *arguments: Any, **options: Any) -> Any:
        with _noted_in(None):
            return await introspect(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch, _noted_in(sent):
        patch.setattr(Connection, "_do_execute", noting)
        for session, rows in by_protocol:
            patch.setattr(session, "rows", noting_rows(rows))
        patch.setattr(Connection, "_introspect_types", unnoticed)
        yield sent
