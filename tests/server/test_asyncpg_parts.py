"""What server.reading_session and server.postgres_client stand on of asyncpg that is nobody's promise. When
one of these fails after an upgrade, read the new asyncpg beside ReadingSession and BoundedPool first."""

import hashlib
import inspect
from pathlib import Path

import asyncpg
from asyncpg import protocol
from asyncpg.connection import Connection, _StatementCache
from asyncpg.pool import Pool, PoolConnectionHolder

from server.reading_session import ReadingSession

REVIEWED = "4eca459dbb29df9c"
# `fetch` goes by these, and `rows` by some of them: what they do beside is what `rows` leaves out.
READ = [
    Connection.fetch,
    Connection._execute,
    Connection._Connection__execute,
    Connection._do_execute,
    Connection._get_statement,
    Connection._maybe_gc_stmt,
    Connection._abort,
    Connection.terminate,
    Connection.reset,
    Connection._reset,
    Connection.is_closed,
    _StatementCache,
    # By which an idle connection is lent and taken back.
    PoolConnectionHolder,
    Pool._acquire,
    Pool.release,
]


def compiled_source():
    """asyncpg's wheel carries what its protocol was compiled of."""
    folder = Path(protocol.__file__).parent
    return "".join((folder / name).read_text() for name in ("protocol.pyx", "prepared_stmt.pyx"))


def test_asyncpg_is_the_one_that_was_read():
    source = "".join(map(inspect.getsource, READ)) + compiled_source()
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == REVIEWED, asyncpg.__version__


async def test_the_parts_of_asyncpg_that_are_used_are_there(embedded):
    session = await asyncpg.connect(embedded.database_url, connection_class=ReadingSession)
    try:
        assert session._aborted is False
        assert session._config.statement_cache_size == 100
        statement = await session._get_statement("SELECT $1::int", None)
        assert await session._get_statement("SELECT $1::int", None) is statement
        assert (bool(statement.name), statement.closed) == (True, False)
        found = await session._protocol.bind_execute(statement, [1], "", 0, False, protocol.NO_TIMEOUT)
        assert [tuple(row) for row in found] == [(1,)]
        await session.reload_schema_state()
        assert statement.closed is True
    finally:
        session.terminate()
    assert session._aborted is True
