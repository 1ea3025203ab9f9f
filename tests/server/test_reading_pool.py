"""The pool that plans read by: whatever becomes of readers, connections and PostgreSQL, none is lost."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from server import reading_pool
from server.reading_pool import ReadingPool
from tests.faults.outside import port_of, through
from tests.server.reading_connections import COUNTED, ENDED, MOST, OWN, Opening, taken, turn
from tests.tcp_proxy import tcp_proxy


@pytest.fixture
async def make_pool(opening):
    made = []

    def make(**parts):
        pool = ReadingPool(opening, **{"least": 1, "most": MOST, "patience": 10.0, **parts})
        made.append(pool)
        return pool

    yield make
    for pool in made:
        await pool.close()


@pytest.fixture
async def pool(make_pool):
    return make_pool()


async def test_the_one_used_last_is_taken_first_and_who_came_first_is_served_first(pool):
    sessions = [await taken(pool) for _ in range(MOST)]
    assert pool.idle() is None
    line = [asyncio.create_task(pool.wait()) for _ in range(2)]
    await turn()
    for session in sessions:
        pool.give_back(session)
    assert [await waiting for waiting in line] == sessions[:2]
    pool.give_back(sessions[0])
    assert [pool.idle(), pool.idle(), pool.idle()] == [sessions[0], sessions[2], None]
    for session in sessions:
        pool.give_back(session)


@pytest.mark.parametrize("first", ["gives back", "leaves"])
async def test_what_was_handed_to_somebody_who_leaves_goes_on(make_pool, first):
    pool = make_pool(most=1)
    session = await taken(pool)
    leaving, staying = (asyncio.create_task(pool.wait()) for _ in range(2))
    await turn()
    # Both before the one who leaves has a turn.
    if first == "gives back":
        pool.give_back(session)
        leaving.cancel()
    else:
        leaving.cancel()
        pool.give_back(session)
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying is session
    pool.give_back(session)
    assert (pool.size, pool.idle_size) == (1, 1)


@pytest.mark.parametrize("broken", ["has ended", "is outlived", "cannot recover"])
async def test_who_waits_for_one_that_breaks_gets_another(make_pool, monkeypatch, broken):
    pool = make_pool(most=1)
    session = await taken(pool)
    waiting = asyncio.create_task(pool.wait())
    await turn()
    if broken == "has ended":
        session.terminate()
    elif broken == "is outlived":
        session.is_outlived = True
    else:
        monkeypatch.setattr(reading_pool, "RELEASE_SECONDS", 0.01)
        await session.execute("SET statement_timeout = 0")
        reading = asyncio.create_task(session.rows("SELECT pg_sleep(1)", []))
        await turn()
    pool.give_back(session)
    async with asyncio.timeout(20):
        given = await waiting
    assert given is not session
    if broken == "cannot recover":
        # A task of the reader's own that still reads, against the rules.
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await reading
    pool.give_back(given)
    assert (pool.size, pool.idle_size) == (1, 1)


async def test_nobody_waits_without_end(make_pool, monkeypatch):
    pool = make_pool(most=1)
    monkeypatch.setattr(reading_pool, "LOOK_SECONDS", 0.01)
    session = await taken(pool)
    monkeypatch.setattr(reading_pool, "ACQUIRE_SECONDS", 0.05)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await pool.wait()
    assert len(pool._waiters) == 0
    pool.give_back(session)
    assert pool.idle() is session
    pool.give_back(session)


async def test_nor_for_the_first_to_be_opened(pool, opening, monkeypatch):
    monkeypatch.setattr(reading_pool, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(reading_pool, "ACQUIRE_SECONDS", 0.05)
    opening.goes_on = asyncio.Event()
    with pytest.raises(TimeoutError):
        await pool.wait()
    # It is there for the next who comes.
    opening.goes_on.set()
    async with asyncio.timeout(20):
        while not pool.idle_size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_waits_is_told_why_nothing_can_be_opened(pool, opening):
    opening.refuses = 5
    waiting = await asyncio.gather(*[taken(pool) for _ in range(5)], return_exceptions=True)
    assert [type(each) for each in waiting] == [ConnectionRefusedError] * 5
    session = await taken(pool)
    pool.give_back(session)
    assert (pool.size, pool.idle_size) == (1, 1)


async def test_a_connection_that_ended_while_idle_is_replaced(pool, admin):
    sessions = [await taken(pool) for _ in range(MOST)]
    for session in sessions:
        pool.give_back(session)
    await admin.execute(ENDED)
    async with asyncio.timeout(20):
        while not all(session.is_closed() for session in sessions):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    session = await taken(pool)
    assert session not in sessions
    assert [tuple(row) for row in await session.rows(OWN, [7])] == [(7,)]
    pool.give_back(session)
    assert (pool.size, pool.idle_size) == (1, 1)


async def test_a_cancelled_statement_ends_in_postgresql_and_its_connection_is_used_again(
    make_pool, admin, monkeypatch
):
    monkeypatch.setattr(reading_pool, "RELEASE_SECONDS", 20.0)
    # With room for another, who waits has whichever is there first.
    pool = make_pool(most=1)
    sleeping = f"{COUNTED} AND wait_event = 'PgSleep'"
    session = await taken(pool)
    reading = asyncio.create_task(session.rows("SELECT pg_sleep(600)", []))
    async with asyncio.timeout(20):
        while not await admin.fetchval(sleeping):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    pool.give_back(session)
    assert pool.idle() is None
    async with asyncio.timeout(20):
        assert await pool.wait() is session
    assert await admin.fetchval(sleeping) == 0
    assert [tuple(row) for row in await session.rows(OWN, [2])] == [(2,)]
    pool.give_back(session)


async def test_one_that_is_not_needed_any_more_ends(pool, monkeypatch):
    monkeypatch.setattr(reading_pool, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(reading_pool, "IDLE_SECONDS", 0.05)
    sessions = [await taken(pool) for _ in range(MOST)]
    for session in sessions:
        pool.give_back(session)
    async with asyncio.timeout(20):
        while pool.size > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    # That which was used last stays.
    assert (pool.idle(), [session.is_closed() for session in sessions]) == (sessions[-1], [True, True, False])
    pool.give_back(sessions[-1])


async def test_none_lives_for_ever(pool, monkeypatch):
    monkeypatch.setattr(reading_pool, "LOOK_SECONDS", 0.01)
    sessions = [await taken(pool) for _ in range(2)]
    pool.give_back(sessions[0])
    monkeypatch.setattr(reading_pool, "LIFE_SECONDS", 0.0)
    async with asyncio.timeout(20):
        while not all(session.is_outlived for session in sessions):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    # One is in use, and ends afterwards.
    assert [session.is_closed() for session in sessions] == [True, False]
    assert [tuple(row) for row in await sessions[1].rows(OWN, [3])] == [(3,)]
    pool.give_back(sessions[1])
    assert (sessions[1].is_closed(), pool.size) == (True, 0)


async def test_a_postgresql_that_does_not_answer_is_given_up(embedded, monkeypatch):
    monkeypatch.setattr(reading_pool, "LOOK_SECONDS", 0.01)
    async with tcp_proxy(port_of(embedded.database_url)) as proxy:
        pool = ReadingPool(Opening(through(embedded.database_url, proxy)), least=1, most=1, patience=0.2)
        session = await taken(pool)
        proxy.blackhole()
        with pytest.raises(TimeoutError):
            await session.rows(OWN, [1])
        pool.give_back(session)
        assert pool.size == 0
        proxy.heal(forgetting=True)
        session = await taken(pool)
        assert [tuple(row) for row in await session.rows(OWN, [2])] == [(2,)]
        pool.give_back(session)
        await pool.close()


async def test_who_has_one_when_all_are_closed_may_finish(make_pool):
    pool = make_pool(most=1)
    session = await taken(pool)
    waiting = asyncio.create_task(pool.wait())
    await turn()
    closing = asyncio.create_task(pool.close())
    await turn()
    with pytest.raises(asyncpg.InterfaceError):
        await waiting
    with pytest.raises(asyncpg.InterfaceError):
        await pool.wait()
    assert not closing.done()
    assert [tuple(row) for row in await session.rows(OWN, [1])] == [(1,)]
    pool.give_back(session)
    await closing
    assert (session.is_closed(), pool.size) == (True, 0)


async def test_closing_waits_for_nobody_for_ever(make_pool, monkeypatch):
    monkeypatch.setattr(reading_pool, "CLOSE_SECONDS", 0.05)
    pool = make_pool()
    session = await taken(pool)
    await pool.close()
    assert (session.is_closed(), pool.size) == (True, 0)
    with pytest.raises(asyncpg.InterfaceError):
        await session.rows(OWN, [1])
    pool.give_back(session)


async def test_what_is_being_opened_when_all_are_closed_is_not_waited_for(pool, opening):
    opening.goes_on = asyncio.Event()
    waiting = asyncio.create_task(pool.wait())
    await turn()
    async with asyncio.timeout(reading_pool.CLOSE_SECONDS / 2):
        await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await waiting
    assert (pool.size, len(pool._opening)) == (0, 0)


async def test_what_is_opened_although_all_are_closed_ends_too(opening):
    """An opening may miss that it is cancelled."""
    opened, begun = [], asyncio.Event()

    async def deaf():
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        opened.append(await opening())
        return opened[0]

    pool = ReadingPool(deaf, least=1, most=1, patience=10.0)
    waiting = asyncio.create_task(pool.wait())
    await begun.wait()
    async with asyncio.timeout(reading_pool.CLOSE_SECONDS / 2):
        await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await waiting
    assert (opened[0].is_closed(), pool.size, pool.idle_size) == (True, 0, 0)
