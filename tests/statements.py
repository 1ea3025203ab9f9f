"""The statements that PostgreSQL is sent on behalf of a test, whatever sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from asyncpg.connection import Connection

from server.reading_session import ReadingSession

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
    read = ReadingSession.rows

    async def noting(self: Connection, query: str, *arguments: Any, **options: Any) -> Any:
        noted = SENT.get()
        if noted is not None:
            noted.append(query)
        return await carry_out(self, query, *arguments, **options)

    async def noting_plans(self: ReadingSession, query: str, arguments: Any) -> Any:
        noted = SENT.get()
        if noted is not None:
            noted.append(query)
        with _noted_in(None):
            return await read(self, query, arguments)

    async def unnoticed(self: Connection, *arguments: Any, **options: Any) -> Any:
        with _noted_in(None):
            return await introspect(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch, _noted_in(sent):
        patch.setattr(Connection, "_do_execute", noting)
        patch.setattr(ReadingSession, "rows", noting_plans)
        patch.setattr(Connection, "_introspect_types", unnoticed)
        yield sent
