"""Statements that stay prepared find what asyncpg's own way would, whatever becomes of the tables."""

import asyncpg
import pytest
from tortoise import connections

from server.postgres_client import READS
from server.reading_session import ReadingSession

TABLE = "reading_session_table"


@pytest.fixture
async def make_session(embedded):
    made = []

    async def make(**told):
        settings = {**READS, "search_path": "reading_session, public"}
        session = await asyncpg.connect(
            embedded.database_url, connection_class=ReadingSession, server_settings=settings, **told
        )
        made.append(session)
        return session

    yield make
    for session in made:
        await session.close()


@pytest.fixture
async def writer(embedded):
    """In a schema of its own, which is gone afterwards."""
    connection = await asyncpg.connect(embedded.database_url)
    drop = "DROP SCHEMA IF EXISTS reading_session CASCADE"
    await connection.execute(f"{drop}; CREATE SCHEMA reading_session; SET search_path = reading_session")
    yield connection
    await connection.execute(drop)
    await connection.close()


async def values(session, sql, *arguments):
    return [tuple(row) for row in await session.rows(sql, arguments)]


async def prepared(session):
    return await session.fetchval(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '% AS kept'"
    )


async def test_a_statement_is_prepared_once(make_session):
    session = await make_session()
    for number in range(5):
        assert await values(session, "SELECT $1::int AS kept", number) == [(number,)]
    assert await prepared(session) == 1


async def test_only_so_many_stay_prepared(make_session):
    session = await make_session(statement_cache_size=4)
    for _ in range(3):
        for number in range(10):
            assert await values(session, f"SELECT $1::int + {number} AS kept", 1) == [(1 + number,)]
    assert len(session._statements) <= 4
    assert await prepared(session) <= 4


@pytest.mark.parametrize("told", [{"statement_cache_size": 0}, {"max_cacheable_statement_size": 1}])
async def test_where_none_may_stay_prepared_each_still_finds_its_own(make_session, told):
    session = await make_session(**told)
    for _ in range(3):
        for number in range(3):
            assert await values(session, f"SELECT $1::int + {number}", 1) == [(1 + number,)]
    assert session._statements == {}


async def test_a_statement_that_asyncpg_lets_go_of_after_a_while_is_prepared_anew(make_session):
    session = await make_session()
    for number in range(3):
        assert await values(session, "SELECT $1::int AS kept", number) == [(number,)]
        # As its timer does for each statement after five minutes.
        session._stmt_cache.clear()
    # It closes them when it prepares the next: this one.
    assert await prepared(session) == 0


async def test_columns_that_change_are_read_as_they_are(make_session, writer):
    await writer.execute(f"CREATE TABLE {TABLE} (a int); INSERT INTO {TABLE} VALUES (1)")
    sessions = [await make_session() for _ in range(2)]
    for session in sessions:
        assert await values(session, f"SELECT * FROM {TABLE}") == [(1,)]
    await writer.execute(f"ALTER TABLE {TABLE} ADD b text DEFAULT 'new'")
    for session in sessions:
        assert await values(session, f"SELECT * FROM {TABLE}") == [(1, "new")]
    await writer.execute(f"ALTER TABLE {TABLE} ALTER a TYPE text USING 'as text ' || a")
    for session in sessions:
        for _ in range(2):
            assert await values(session, f"SELECT * FROM {TABLE}") == [("as text 1", "new")]
        assert session.asked_at is None


async def test_a_type_that_changes_is_learnt_anew(make_session, writer):
    """asyncpg cannot read the answer it has; the next one it can."""
    await writer.execute("CREATE TYPE pair AS (a int, b int)")
    await writer.execute(f"CREATE TABLE {TABLE} (pair pair); INSERT INTO {TABLE} VALUES ((1, 2))")
    session = await make_session()
    assert await values(session, f"SELECT pair FROM {TABLE}") == [((1, 2),)]
    await writer.execute("ALTER TYPE pair DROP ATTRIBUTE b, ADD ATTRIBUTE c text")
    with pytest.raises(asyncpg.OutdatedSchemaCacheError):
        await values(session, f"SELECT pair FROM {TABLE}")
    assert await values(session, f"SELECT pair FROM {TABLE}") == [((1, None),)]


@pytest.mark.parametrize(
    ("sql", "arguments", "error"),
    [
        ("SELECT $1::int / 0", [1], asyncpg.DivisionByZeroError),
        ("SELECT $1::text", ["\0"], asyncpg.DataError),
        ("SELECT $1::int", ["one"], asyncpg.DataError),
        ("SELECT $1::int", [], asyncpg.InterfaceError),
        ("SELECT nothing FROM nowhere", [], asyncpg.UndefinedTableError),
        ("CREATE TABLE written (a int)", [], asyncpg.ReadOnlySQLTransactionError),
    ],
)
async def test_what_fails_is_told_as_asyncpg_tells_it_and_leaves_the_session_good(
    make_session, sql, arguments, error
):
    session = await make_session()
    with pytest.raises(error) as told:
        await session.rows(sql, arguments)
    with pytest.raises(error) as expected:
        await session.fetch(sql, *arguments)
    assert str(told.value) == str(expected.value)
    assert await values(session, "SELECT 1") == [(1,)]


async def test_plans_read_by_sessions_that_cannot_write_and_do_not_wait_for_ever(opened):
    client = connections.get("default")
    settings = "SELECT name, setting FROM pg_settings WHERE name = ANY($1)"
    expected = {**READS, "statement_timeout": "10000", "application_name": "airdate"}
    async with client.reading() as rows:
        assert dict(await rows(settings, [list(expected)])) == expected
    # Nor after it has recovered.
    session = client.reads.idle()
    await session.reset()
    assert dict(await session.rows(settings, [list(expected)])) == expected
    client.reads.give_back(session)


async def test_postgresql_ends_what_takes_too_long(make_session):
    session = await make_session()
    await session.execute("SET statement_timeout = 20")
    with pytest.raises(asyncpg.QueryCanceledError):
        await session.rows("SELECT pg_sleep(600)", [])
    assert await values(session, "SELECT 1") == [(1,)]
