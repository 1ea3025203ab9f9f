"""A connection is given back without being reset, and yet never dirty to whoever takes it next."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from server import postgres_client
from server.postgres_client import Transaction
from tests.waiting import until

ROOT = Path(__file__).parents[2]
LOCK = 7_243_114_999
# What outlives its transaction, by statements or by asyncpg's calls.
OF_A_SESSION = re.compile(
    r"pg_(?:try_)?advisory_lock|\bLISTEN\s|\bPREPARE\s|\bDECLARE\s|\bTEMP(?:ORARY)?\s+TABLE|set_config\("
    r"|[\"'(]SET (?!LOCAL)[a-z_]+ *(?:=|TO)|add_listener|WITH HOLD"
)


@pytest.fixture
async def pool(opened, database):
    """As the server's, of one connection: what is given back is what comes next."""
    client = connections.get("default")
    sizes = {**client._template, "min_size": 1, "max_size": 1}
    async with await client.create_pool(password=client.password, **sizes) as pool:
        yield pool


async def assert_is_clean(pool):
    connection = await pool.acquire()
    try:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT pg_current_xact_id_if_assigned()") is None
        assert await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
        assert await connection.fetchval("SELECT to_regclass('unfinished')") is None
    finally:
        await pool.release(connection)


async def begin(connection):
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute("CREATE TABLE unfinished (number int)")


async def test_who_is_cancelled_in_a_transaction_leaves_nothing_behind(pool, monkeypatch):
    begun = asyncio.Event()
    # That of a task alone: the hub goes on with its own.
    monkeypatch.setattr(Transaction, "_pool", pool)

    async def work():
        async with in_transaction() as client:
            await begin(client._connection)
            begun.set()
            await client.execute_query("SELECT pg_sleep(60)")

    task = asyncio.create_task(work())
    await asyncio.wait_for(begun.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await assert_is_clean(pool)


@pytest.mark.parametrize("by", ["BEGIN", "failing"])
async def test_a_transaction_that_nobody_ended_is_rolled_back(pool, by):
    told = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: told.append(context["message"]))
    try:
        connection = await pool.acquire()
        await connection.execute("BEGIN")
        await begin(connection)
        if by == "failing":
            with pytest.raises(Exception, match="division by zero"):
                await connection.fetchval("SELECT 1 / 0")
        await pool.release(connection)
    finally:
        loop.set_exception_handler(None)
    assert [message.partition(" <")[0] for message in told] == [
        "Resetting connection with an active transaction"
    ]
    await assert_is_clean(pool)


async def test_a_cancelled_statement_is_waited_for(pool):
    connection = await pool.acquire()
    with pytest.raises(TimeoutError):
        await connection.fetchval("SELECT pg_sleep(60)", timeout=0.05)
    await pool.release(connection)
    await assert_is_clean(pool)


PID = "SELECT pg_backend_pid() AS pid"


async def pid_of(pool):
    [[pid]] = await pool.rows(PID, [])
    return pid


async def test_a_statement_by_itself_takes_the_idle_connection(pool):
    assert await pid_of(pool) == await pid_of(pool)
    async with pool.acquire() as connection:
        taken = connection.get_server_pid()
        waiting = asyncio.create_task(pid_of(pool))
        await asyncio.sleep(0)
        assert not waiting.done()
    assert await waiting == await pid_of(pool) == taken


async def test_a_cancelled_statement_by_itself_is_waited_for(pool):
    await pid_of(pool)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await pool.rows("SELECT 1 FROM pg_sleep(60)", [])
    [holder] = pool._holders
    assert (holder.is_idle(), holder._con._protocol._is_cancelling()) == (True, False)
    await assert_is_clean(pool)


@pytest.mark.parametrize("when", ["idle", "asked"])
async def test_a_connection_that_was_ended_is_replaced(pool, embedded, when):
    pid = await pid_of(pool)
    asked = asyncio.create_task(pool.rows("SELECT 1 FROM pg_sleep(60)", []))
    admin = await asyncpg.connect(embedded.database_url)
    try:
        await until(
            lambda: admin.fetchval("SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1", pid)
        )
        if when == "idle":
            asked.cancel()
            await asyncio.wait([asked])
        assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
        if when == "asked":
            with pytest.raises((asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError)):
                await asked
    finally:
        await admin.close()
    assert await pid_of(pool) != pid
    assert pool.get_idle_size() == pool.get_size() == 1


async def test_one_that_has_expired_or_served_enough_is_replaced(pool, monkeypatch):
    pid = await pid_of(pool)
    await pool.expire_connections()
    replaced = await pid_of(pool)
    assert replaced != pid
    # asyncpg has a number of its own for it, told when the pool was made.
    monkeypatch.setattr(postgres_client, "MAX_STATEMENTS", 1)
    [holder] = pool._holders
    holder._max_queries = 1
    await pid_of(pool)
    assert await pid_of(pool) != replaced


async def test_who_closes_waits_for_a_statement(pool):
    await pid_of(pool)
    asked = asyncio.create_task(pool.rows("SELECT 1 AS one FROM pg_sleep(0.2)", []))
    await asyncio.sleep(0)
    await pool.close()
    assert [dict(row) for row in await asked] == [{"one": 1}]
    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        await pid_of(pool)


async def test_giving_back_sends_nothing(pool):
    """What a session was told stays, so nothing of ours may tell it anything."""
    async with pool.acquire() as connection:
        await connection.execute("SET application_name TO 'told'")
    async with pool.acquire() as connection:
        assert await connection.fetchval("SHOW application_name") == "told"


def test_nothing_of_ours_is_left_in_a_session():
    """`migrate` locks on a connection of its own, which it closes."""
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("server", "resolvers", "schema", "services", "models")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        for match in OF_A_SESSION.finditer(path.read_text())
    ]
    assert found == ["server/database.py: pg_advisory_lock"]
