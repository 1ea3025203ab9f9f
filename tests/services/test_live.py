"""Nothing missed, nothing twice, in order: under interleaved commits, lost connections and a dead Redis."""

import asyncio
import random
import signal
from contextlib import aclosing

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.errors import BadInput, NotFound
from services.follow_production_status import follow_production_status
from services.follow_productions_status import ProductionStatusFilter, follow_productions_status
from services.gateways.redis_event_bus import RedisEventBus
from services.live import LiveHub
from services.live.changes import changes
from services.live.event_log import Position
from services.production_status import write_production_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from tests.factories import make_production, make_publication, make_space, make_tick, make_user, viewer_of

PATIENCE = 15
EVERYTHING = ProductionStatusFilter()


async def turn(production, status, percent=0):
    """One transition, written as every writer writes it."""
    from tortoise.transactions import in_transaction

    async with in_transaction():
        locked = await lock_production(models.Production.all(), production.id)
        render = await models.Render.get(production_id=production.id, number=1)
        await write_production_status(locked, render, RenderState(status, percent), cause="turned")


async def take(stream, count):
    """The next `count` events as (title, sequence, status)."""
    async with asyncio.timeout(PATIENCE):
        return [told(await anext(stream)) for _ in range(count)]


def told(change):
    return (change.production.title, change.sequence, change.status.value)


async def test_a_transaction_that_commits_late_is_not_skipped(gateways, settings_of_database):
    owner = await make_user()
    early = await make_production(owner, status=ProductionStatus.QUEUED, title="early")
    late = await make_production(owner, status=ProductionStatus.QUEUED, title="late")
    stream = changes(
        gateways.hub, follow_productions_status(viewer=viewer_of(owner), filter=EVERYTHING, after=None)
    )
    async with aclosing(stream):
        assert sorted(await take(stream, 2)) == [("early", 1, "QUEUED"), ("late", 1, "QUEUED")]
        connection = await asyncpg.connect(settings_of_database)
        transaction = connection.transaction()
        await transaction.start()
        # Draws its transaction's id, and its row's, before the other one, and commits after it.
        await connection.execute(
            "INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at)"
            " VALUES ('PRODUCTION_STATUS', $1, 2, $2, now())",
            late.id,
            '{"previousStatus": "QUEUED", "status": "PROCESSING", "progressPercent": 0,'
            ' "phase": null, "renderNumber": 1, "cause": "late"}',
        )
        await turn(early, ProductionStatus.PROCESSING)
        await gateways.bus.announce_transition()
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done(), "a later transaction was told before an older one that may yet add rows"
        await transaction.commit()
        await connection.close()
        first = told(await asyncio.wait_for(waiting, PATIENCE))
        second = await take(stream, 1)
    assert [first, *second] == [("late", 2, "PROCESSING"), ("early", 2, "PROCESSING")]


@pytest.fixture
def settings_of_database(embedded):
    return embedded.database_url


async def test_a_follower_that_drops_and_resumes_sees_each_transition_once(gateways):
    chance = random.Random(7)
    owner = await make_user()
    productions = [
        await make_production(owner, status=ProductionStatus.QUEUED, title=f"p{n}") for n in range(8)
    ]
    statuses = [ProductionStatus.PROCESSING, ProductionStatus.FAILED, ProductionStatus.QUEUED]
    expected = {(p.title, 1) for p in productions}

    async def write():
        for _ in range(120):
            production = chance.choice(productions)
            await production.refresh_from_db()
            others = [status for status in statuses if status is not production.status]
            await turn(production, chance.choice(others))
            expected.add((production.title, production.sequence + 1))
            await gateways.bus.announce_transition()

    def follow(after):
        return aclosing(
            changes(
                gateways.hub,
                follow_productions_status(viewer=viewer_of(owner), filter=EVERYTHING, after=after),
            )
        )

    seen, cursor = [], None
    async with follow(None) as stream:
        for _ in productions:
            change = await asyncio.wait_for(anext(stream), PATIENCE)
            cursor = change.cursor
            seen.append((change.production.title, change.sequence))
    writing = asyncio.create_task(write())
    async with asyncio.timeout(4 * PATIENCE):
        while not (writing.done() and set(seen) == expected):
            async with follow(cursor) as stream:
                for _ in range(chance.randint(1, 12)):
                    if writing.done() and set(seen) == expected:
                        break
                    change = await anext(stream)
                    cursor = change.cursor
                    seen.append((change.production.title, change.sequence))
    await writing
    twice = [(index, event) for index, event in enumerate(seen) if event in seen[:index]]
    assert twice == []
    assert set(seen) == expected
    for production in productions:
        sequences = [sequence for title, sequence in seen if title == production.title]
        assert sequences == sorted(sequences)


@pytest.fixture
async def own_valkey(tmp_path):
    """A Valkey of this test's own, to be killed; its hub beside it."""
    from embedded.data_directory import DataDirectory
    from embedded.readiness import wait_for_answer
    from embedded.valkey import Valkey

    valkey = Valkey(DataDirectory(tmp_path / "valkey"))
    valkey.spawn()
    wait_for_answer(valkey)
    yield valkey
    valkey.process.kill()
    valkey.process.wait()


@pytest.mark.parametrize("fault", ["killed", "cut"])
async def test_without_redis_nothing_is_lost(gateways, own_valkey, fault):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED, title="p")
    bus = RedisEventBus(own_valkey.url, channel_prefix="own")
    hub = LiveHub(bus)
    await hub.start()
    await until(lambda: hub.is_healthy)
    stream = changes(
        hub, follow_production_status(viewer=viewer_of(owner), production_id=production.id, after=None)
    )
    async with aclosing(stream):
        assert await take(stream, 1) == [("p", 1, "QUEUED")]
        if fault == "killed":
            own_valkey.process._popen.send_signal(signal.SIGKILL)
            own_valkey.process.wait()
            await until(lambda: not hub.is_healthy)
        else:
            await bus._announcer._redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await turn(production, ProductionStatus.PROCESSING)
        await bus.announce_transition()
        assert await take(stream, 1) == [("p", 2, "PROCESSING")]
        if fault == "killed":
            own_valkey.process.start()
        await until(lambda: hub.is_healthy)
        await turn(production, ProductionStatus.COMPLETED, 100)
        await bus.announce_transition()
        assert await take(stream, 1) == [("p", 3, "COMPLETED")]
    await hub.stop()
    await bus.close()


async def test_told_to_stop_while_there_is_something_to_read_it_stops(gateways):
    hub = LiveHub(gateways.bus)
    await hub.start()
    await until(lambda: hub.is_healthy)
    follower = hub.follow(
        follow_productions_status(viewer=viewer_of(await make_user()), filter=EVERYTHING, after=None),
        Silent(),
    )
    async with asyncio.timeout(PATIENCE):
        await hub.stop()
    follower.leave()
    assert hub.followers == 0


class Silent:
    def take(self, change):
        pass

    async def tell(self, change):
        pass

    def lag(self):
        pass

    def end(self):
        pass


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)


async def test_progress_only_grows_and_ends_with_the_render(gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.PROCESSING, title="p")
    stream = changes(
        gateways.hub,
        follow_production_status(viewer=viewer_of(owner), production_id=production.id, after=None),
    )
    seen = []
    async with aclosing(stream):
        seen.append(await anext(stream))
        for percent in (10, 30, 20):
            await gateways.bus.announce_progress(make_tick(production, 1, percent, "TRANSCODING"))
            if percent != 20:
                seen.append(await asyncio.wait_for(anext(stream), PATIENCE))
        await gateways.bus.announce_progress(make_tick(production, 2, 90, None))
        await turn(production, ProductionStatus.FAILED, 30)
        await gateways.bus.announce_transition()
        seen.append(await asyncio.wait_for(anext(stream), PATIENCE))
        await gateways.bus.announce_progress(make_tick(production, 1, 95, None))
        await turn(production, ProductionStatus.QUEUED)
        await gateways.bus.announce_transition()
        seen.append(await asyncio.wait_for(anext(stream), PATIENCE))
    assert [(c.sequence, c.status.value, c.progress_percent) for c in seen] == [
        (1, "PROCESSING", 0),
        (1, "PROCESSING", 10),
        (1, "PROCESSING", 30),
        (2, "FAILED", 30),
        (3, "QUEUED", 0),
    ]


async def test_what_is_no_longer_to_be_seen_ends_the_stream(gateways):
    owner, watcher = await make_user(), await make_user()
    space = await make_space(watcher)
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    publication = await make_publication(production, space, PublicationStatus.WAITING)
    stream = changes(
        gateways.hub,
        follow_production_status(viewer=viewer_of(watcher), production_id=production.id, after=None),
    )
    async with aclosing(stream):
        assert (await anext(stream)).status is ProductionStatus.QUEUED
        publication.status = PublicationStatus.WITHDRAWN
        await publication.save()
        await turn(production, ProductionStatus.PROCESSING)
        await gateways.bus.announce_transition()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), PATIENCE)
    again = changes(
        gateways.hub,
        follow_production_status(viewer=viewer_of(watcher), production_id=production.id, after=None),
    )
    with pytest.raises(NotFound):
        await anext(again)


async def test_closing_a_stream_unregisters_it(gateways):
    owner = await make_user()
    production = await make_production(owner)
    before = gateways.hub.followers
    stream = changes(
        gateways.hub,
        follow_production_status(viewer=viewer_of(owner), production_id=production.id, after=None),
    )
    await anext(stream)
    assert gateways.hub.followers == before + 1
    await stream.aclose()
    assert gateways.hub.followers == before


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_a_cursor_by_chance(text):
    with pytest.raises(BadInput):
        Position.from_cursor(text)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_cursor_leads_back(transaction_id, row_id):
    position = Position(transaction_id, row_id)
    assert Position.from_cursor(position.to_cursor()) == position
