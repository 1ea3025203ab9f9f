"""PostgreSQL stopped, killed, its connections ended and gone without a word, under open subscriptions: what
is open stays open, and catches up."""

import asyncio
import random
import sys

import pytest

from embedded.processes import stop_all
from tests.faults.outside import port_of, through
from tests.faults.world import watching
from tests.tcp_proxy import tcp_proxy
from tests.waiting import until

DOWN_SECONDS = 1.5
# Often enough to meet a statement of an event's execution, between the reading of the log and its telling.
ENDINGS = 50


async def is_database_down(api):
    status, told = await api.readiness()
    return status == 503 and told["status"] == "down" and "database" in told["down"]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["stopped", "killed"])
async def test_postgres_restarted(outside, api, end):
    async with watching(outside, api.port) as watched:
        if end == "stopped":
            await asyncio.to_thread(stop_all, [outside.postgres.process])
        else:
            await outside.kill(outside.postgres)
        await until(lambda: is_database_down(api))
        late = watched.join()
        await asyncio.sleep(DOWN_SECONDS)
        await outside.start_again(outside.postgres)
        await until(api.is_ready)
    assert watched.drops() == set()
    assert set(late.drops) == {1013}


@pytest.mark.slow
async def test_connections_of_postgres_ended(outside, api):
    async with watching(outside, api.port) as watched:
        for _ in range(ENDINGS):
            await outside.terminate_backends()
            await asyncio.sleep(random.uniform(0, 0.2))
        await until(api.is_ready)
    assert watched.drops() == set()


@pytest.mark.slow
@pytest.mark.parametrize("forgetting", [False, True])
async def test_postgres_gone_without_a_word(outside, api, forgetting):
    async with watching(outside, api.port) as watched:
        outside.postgres_proxy.blackhole()
        await until(lambda: is_database_down(api))
        await asyncio.sleep(DOWN_SECONDS)
        outside.postgres_proxy.heal(forgetting=forgetting)
        await until(api.is_ready)
    assert watched.drops() == set()


@pytest.mark.slow
async def test_a_crash_that_hands_out_transaction_ids_again_hides_nothing(outside, api):
    """A transaction that was rolled back leaves nothing on disk, not even that its id was drawn: PostgreSQL
    hands it out once more after a crash, and what is committed under it is told like anything else."""
    process, argv = outside.postgres.process, outside.postgres.process.argv
    await asyncio.to_thread(stop_all, [process])
    # What a rolled back transaction wrote then stays in memory until we kill PostgreSQL.
    process.argv = [*argv, "-c", "wal_writer_delay=10s", "-c", "autovacuum=off"]
    await outside.start_again(outside.postgres)
    try:
        async with watching(outside, api.port) as watched:
            await watched.hold()
            before = await outside.draw_transaction_ids(50)
            await watched.read_once_more()
            await outside.kill(outside.postgres)
            await outside.start_again(outside.postgres)
            assert await outside.draw_transaction_ids(1) < before
            await until(api.is_ready)
            await watched.go()
    finally:
        process.argv = argv


OPEN_TRANSACTION = """
import asyncio, sys
from tortoise.transactions import in_transaction
from server.database import open_database
async def main():
    async with open_database(sys.argv[1]), in_transaction() as connection:
        await connection.execute_query("SELECT pg_current_xact_id()")
        print("open", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


@pytest.mark.slow
async def test_a_machine_that_is_gone_in_the_middle_of_a_transaction_holds_nobody_up_for_long(outside, api):
    """Whoever reads the log waits for the oldest transaction, and TCP alone would keep that one for hours."""
    async with tcp_proxy(port_of(outside.postgres.url)) as proxy, watching(outside, api.port) as watched:
        machine = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            OPEN_TRANSACTION,
            through(outside.postgres.url, proxy),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert await machine.stdout.readline() == b"open\n"
            proxy.blackhole()
            await watched.calm()
        finally:
            machine.kill()
            await machine.wait()
    assert watched.drops() == set()
