"""The pool that plans read by: whatever becomes of readers, connections and PostgreSQL, none is lost."""

import asyncio
from dataclasses import dataclass, field
from functools import partial

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import reading_pool
from server.outage import is_outage
from server.reading_pool import ReadingPool
from server.reading_session import ReadingSession
from tests.faults.world import port_of, through
from tests.tcp_proxy import tcp_proxy

NAME = "reading-pool"
MOST = 3
OWN = "SELECT $1::int"
# As long as a cancelled statement may still run.
SLOW = "SELECT $1::int FROM pg_sleep(0.02)"
FAILING = "SELECT $1::int / 0"
ENDED = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{NAME}'"
COUNTED = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{NAME}'"


class Broken(Exception):
    """Of a reader's own."""


@dataclass
class Readers:
    """Tasks that read by a pool, each its own number, and what they may have met."""

    pool: ReadingPool
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    meets_outages: bool = False

    def come(self, does):
        self.tasks.append(asyncio.create_task(self._read(len(self.tasks), does)))

    async def _read(self, number, does):
        session = self.pool.idle() or await self.pool.wait()
        try:
            if does == "holds":
                await self.go.wait()
            if does == "breaks":
                raise Broken
            sql = {"is slow": SLOW, "fails": FAILING}.get(does, OWN)
            for _ in range(2):
                # Nobody else's answer.
                assert [tuple(row) for row in await session.rows(sql, [number])] == [(number,)]
        finally:
            self.pool.give_back(session)

    def cancel(self, number):
        if self.tasks:
            self.tasks[number % len(self.tasks)].cancel()

    async def all_end(self):
        self.go.set()
        async with asyncio.timeout(20):
            for ended in await asyncio.gather(*self.tasks, return_exceptions=True):
                expected = (asyncio.CancelledError, Broken, asyncpg.DivisionByZeroError)
                if ended is not None and not isinstance(ended, expected):
                    assert self.meets_outages, repr(ended)
                    assert is_outage(ended), repr(ended)


def assert_is_consistent(pool):
    assert len(pool._sessions) + len(pool._opening) <= MOST + sum(task.done() for task in pool._opening)
    assert set(pool._idle) <= pool._sessions
    assert len(set(pool._idle)) == len(pool._idle)
    if pool._idle:
        assert all(waiter.done() for waiter in pool._waiters)


async def rest(pool):
    """Nothing is under way any more."""
    async with asyncio.timeout(20):
        while pool._opening or pool._recovering:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def assert_is_whole(pool, admin):
    """Every place can be used, and no connection is there that the pool does not know."""
    await rest(pool)
    assert (pool.idle_size, len(pool._waiters)) == (pool.size, 0)
    for number in range(2):
        async with asyncio.timeout(20):
            # More than there are places: some wait.
            readers = Readers(pool, meets_outages=number == 0)
            for _ in range(3 * MOST):
                readers.come("reads")
            await readers.all_end()
    await rest(pool)
    assert (pool.idle_size, len(pool._waiters)) == (pool.size, 0)
    assert 1 <= pool.size <= MOST
    async with asyncio.timeout(20):
        # A backend whose client has gone takes its time to end.
        while await admin.fetchval(COUNTED) != pool.size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Opening:
    """What opens connections, unless it is to fail first."""

    def __init__(self, url):
        self.refuses = 0
        self._connect = partial(
            asyncpg.connect,
            url,
            timeout=5,
            command_timeout=10,
            connection_class=ReadingSession,
            server_settings={"application_name": NAME},
        )

    async def __call__(self):
        if self.refuses:
            self.refuses -= 1
            await asyncio.sleep(0)
            raise ConnectionRefusedError("nobody is there")
        return await self._connect()


@pytest.fixture
def opening(embedded):
    return Opening(embedded.database_url)


@pytest.fixture
async def admin(embedded):
    connection = await asyncpg.connect(embedded.database_url)
    yield connection
    await connection.close()


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


STEPS = st.one_of(
    st.tuples(st.just("come"), st.sampled_from(["reads", "is slow", "fails", "holds", "breaks"])),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("turn"), st.integers(1, 4)),
    st.tuples(st.just("pass"), st.sampled_from([0.001, 0.005, 0.02])),
    st.tuples(st.sampled_from(["kill", "expire", "go"]), st.none()),
    st.tuples(st.just("refuse"), st.integers(1, 3)),
)


async def take(step, readers, opening, admin):
    what, value = step
    match what:
        case "come":
            readers.come(value)
        case "cancel":
            readers.cancel(value)
        case "turn":
            for _ in range(value):
                await asyncio.sleep(0)
        case "pass":
            await asyncio.sleep(value)
        case "kill":
            readers.meets_outages = True
            await admin.execute(ENDED)
        case "expire":
            readers.pool.expire()
        case "go":
            readers.go.set()
            readers.go = asyncio.Event()
        case "refuse":
            readers.meets_outages = True
            opening.refuses = value


@given(steps=st.lists(STEPS, min_size=8, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_no_connection_and_nobody_who_waits_is_lost(opening, admin, steps):
    pool = ReadingPool(opening, least=1, most=MOST, patience=10.0)
    readers = Readers(pool)
    try:
        for step in steps:
            await take(step, readers, opening, admin)
            assert_is_consistent(pool)
        # Whoever holds one goes on, and may then be given what `go` was before.
        await readers.all_end()
        opening.refuses = 0
        assert_is_consistent(pool)
        await assert_is_whole(pool, admin)
    finally:
        await pool.close()
    assert (pool.size, pool.idle_size, len(pool._opening)) == (0, 0, 0)


async def turn():
    for _ in range(3):
        await asyncio.sleep(0)


async def taken(pool):
    return pool.idle() or await pool.wait()


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


async def test_what_was_handed_to_somebody_who_leaves_goes_on(make_pool):
    pool = make_pool(most=1)
    session = await taken(pool)
    leaving, staying = (asyncio.create_task(pool.wait()) for _ in range(2))
    await turn()
    pool.give_back(session)
    # It is that one's already, who has not had a turn yet.
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying is session
    pool.give_back(session)
    assert (pool.size, pool.idle_size) == (1, 1)


async def test_nobody_waits_without_end(make_pool, monkeypatch):
    pool = make_pool(most=1)
    session = await taken(pool)
    monkeypatch.setattr(reading_pool, "ACQUIRE_SECONDS", 0.05)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await pool.wait()
    pool.give_back(session)
    assert pool.idle() is session
    pool.give_back(session)


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


async def test_a_cancelled_statement_ends_in_postgresql_and_its_connection_is_used_again(pool, admin):
    session = await taken(pool)
    await session.rows(OWN, [1])
    reading = asyncio.create_task(session.rows("SELECT pg_sleep(600)", []))
    await turn()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    pool.give_back(session)
    assert pool.idle() is None
    async with asyncio.timeout(20):
        assert await pool.wait() is session
    assert [tuple(row) for row in await session.rows(OWN, [2])] == [(2,)]
    pool.give_back(session)
    working = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{NAME}' AND state = 'active'"
    assert await admin.fetchval(working) == 0


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


async def test_what_is_being_opened_when_all_are_closed_is_not_left_behind(pool, admin):
    waiting = asyncio.create_task(pool.wait())
    await turn()
    await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await waiting
    async with asyncio.timeout(20):
        while await admin.fetchval(COUNTED):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
