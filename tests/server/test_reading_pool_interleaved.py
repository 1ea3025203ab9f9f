"""Readers, those who leave, connections that end and a PostgreSQL that refuses, in any order."""

import asyncio
from dataclasses import dataclass, field

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.outage import is_outage
from server.reading_pool import ReadingPool
from tests.server.reading_connections import COUNTED, ENDED, MOST, OWN

# As long as a cancelled statement may still run.
SLOW = "SELECT $1::int FROM pg_sleep(0.02)"
FAILING = "SELECT $1::int / 0"


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
        assert all(waiter.done() for _, waiter in pool._waiters)


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
