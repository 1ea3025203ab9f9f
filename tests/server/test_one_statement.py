"""What a service does by one statement is done once, and told as Tortoise tells it."""

import asyncio

import asyncpg
import pytest
from tortoise import connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.exceptions import IntegrityError, OperationalError

from tests.waiting import until

TABLE = "one_statement"


@pytest.fixture
async def admin(opened, embedded):
    """A connection of its own, and a table that is gone afterwards."""
    connection = await asyncpg.connect(embedded.database_url)
    drop = f"DROP TABLE IF EXISTS {TABLE}; DROP TYPE IF EXISTS one_statement_pair"
    await connection.execute(f"{drop}; CREATE TABLE {TABLE} (a int UNIQUE)")
    yield connection
    await connection.execute(drop)
    await connection.close()


async def done(sql, *values):
    return await connections.get("default").execute_query_dict(sql, list(values))


async def count(admin):
    return await admin.fetchval(f"SELECT count(*) FROM {TABLE}")


async def test_a_table_that_changes_is_written_once_and_told_as_it_is(admin):
    write = f"INSERT INTO {TABLE} (a) VALUES ($1) RETURNING *"
    assert await done(write, 1) == [{"a": 1}]
    await admin.execute(f"ALTER TABLE {TABLE} ADD b text DEFAULT 'new'")
    for number in (2, 3):
        assert await done(write, number) == [{"a": number, "b": "new"}]
    assert await count(admin) == 3


async def test_what_cannot_be_told_is_not_written_again(admin):
    """The type of an answer has changed: asyncpg cannot read it, and the row is there."""
    await admin.execute("CREATE TYPE one_statement_pair AS (a int, b int)")
    await admin.execute(f"ALTER TABLE {TABLE} ADD pair one_statement_pair DEFAULT (1, 2)")
    write = f"INSERT INTO {TABLE} (a) VALUES ($1) RETURNING pair"
    assert await done(write, 1) == [{"pair": (1, 2)}]
    await admin.execute("ALTER TYPE one_statement_pair DROP ATTRIBUTE b, ADD ATTRIBUTE c text")
    with pytest.raises(asyncpg.OutdatedSchemaCacheError):
        await done(write, 2)
    assert await count(admin) == 2
    assert [tuple(row["pair"]) for row in await done(write, 3)] == [(1, None)]


@pytest.mark.parametrize(
    ("sql", "values", "error"),
    [
        ("SELECT $1::text AS a", ["\0"], OperationalError),
        ("SELECT $1::int AS a", ["one"], OperationalError),
        ("SELECT nothing FROM nowhere", [], OperationalError),
        (f"INSERT INTO {TABLE} VALUES ($1), ($1)", [1], IntegrityError),
        ("SELECT 1 / $1::int AS a", [0], OperationalError),
        ("SELECT $1::int AS a", [], asyncpg.InterfaceError),
    ],
)
async def test_an_error_is_that_of_tortoise(admin, sql, values, error):
    with pytest.raises(error) as told:
        await done(sql, *values)
    with pytest.raises(error) as expected:
        await AsyncpgDBClient.execute_query_dict(connections.get("default"), sql, values)
    assert str(told.value) == str(expected.value)
    assert type(told.value.__cause__) is type(expected.value.__cause__)
    assert await done("SELECT 1 AS a") == [{"a": 1}]
    assert await count(admin) == 0


async def test_who_is_cancelled_while_it_is_carried_out_leaves_nothing_behind(admin):
    write = f"INSERT INTO {TABLE} SELECT 1 FROM pg_sleep(30) RETURNING a"
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = $1"
    task = asyncio.create_task(done(write))
    await until(lambda: admin.fetchval(sleeping, write))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await done("SELECT 1 AS a") == [{"a": 1}]
    await until(lambda: admin.fetchval(f"SELECT ({sleeping}) = 0", write))
    assert await count(admin) == 0
