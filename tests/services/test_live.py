"""One production followed: without Redis, through its progress, and to the end of the right to it."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.errors import BadInput, NotFound
from services.follow_productions_status import follow_productions_status
from services.gateways.redis_event_bus import RedisEventBus
from services.live import LiveHub
from services.live.event_log import Position
from services.production_filter import ProductionFilter
from services.production_status import write_production_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from tests.factories import make_production, make_publication, make_space, make_tick, make_user, viewer_of
from tests.own_valkey import kill, running_valkey, start_again
from tests.services.following import PATIENCE, one
from tests.slow_cases import slow_after


async def turn(production, status, percent=0):
    """One transition, written as every writer writes it."""
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


@pytest.mark.parametrize("fault", slow_after(1, ["cut", "killed"]))
async def test_without_redis_nothing_is_lost(gateways, tmp_path, fault):
    with running_valkey(tmp_path / "valkey") as own_valkey:
        await nothing_is_lost(gateways, own_valkey, fault)


async def nothing_is_lost(gateways, own_valkey, fault):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED, title="p")
    bus = RedisEventBus(own_valkey.url, channel_prefix="own")
    hub = LiveHub(bus)
    await hub.start()
    await until(lambda: hub.is_healthy)
    async with one(hub, viewer_of(owner), production) as stream:
        assert await take(stream, 1) == [("p", 1, "QUEUED")]
        if fault == "killed":
            kill(own_valkey)
            await until(lambda: not hub.is_healthy)
        else:
            await bus._announcer._redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await turn(production, ProductionStatus.PROCESSING)
        await bus.announce_transition()
        assert await take(stream, 1) == [("p", 2, "PROCESSING")]
        if fault == "killed":
            start_again(own_valkey)
        await until(lambda: hub.is_healthy)
        await turn(production, ProductionStatus.COMPLETED, 100)
        await bus.announce_transition()
        assert await take(stream, 1) == [("p", 3, "COMPLETED")]
    await hub.stop()
    await bus.close()


async def test_a_gap_has_the_log_read_at_once(gateways, tmp_path):
    """Not only by the look that comes each second anyway: here none comes, and nobody announces."""
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED, title="p")
    with running_valkey(tmp_path / "valkey") as own_valkey:
        bus = RedisEventBus(own_valkey.url, channel_prefix="own")
        hub = LiveHub(bus, look_seconds=60.0)
        await hub.start()
        await until(lambda: hub._hears)
        async with one(hub, viewer_of(owner), production) as stream:
            assert await take(stream, 1) == [("p", 1, "QUEUED")]
            kill(own_valkey)
            await until(lambda: not hub._hears)
            await turn(production, ProductionStatus.PROCESSING)
            start_again(own_valkey)
            assert await take(stream, 1) == [("p", 2, "PROCESSING")]
        await hub.stop()
        await bus.close()


async def test_told_to_stop_while_there_is_something_to_read_it_stops(gateways):
    hub = LiveHub(gateways.bus)
    await hub.start()
    await until(lambda: hub.is_healthy)
    follower = hub.follow(
        follow_productions_status(viewer=viewer_of(await make_user()), filter=ProductionFilter(), after=None),
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
    seen = []
    async with one(gateways.hub, viewer_of(owner), production) as stream:
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
    async with one(gateways.hub, viewer_of(watcher), production) as stream:
        assert (await anext(stream)).status is ProductionStatus.QUEUED
        publication.status = PublicationStatus.WITHDRAWN
        await publication.save()
        await turn(production, ProductionStatus.PROCESSING)
        await gateways.bus.announce_transition()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), PATIENCE)
    async with one(gateways.hub, viewer_of(watcher), production) as again:
        with pytest.raises(NotFound):
            await anext(again)


async def test_closing_a_stream_unregisters_it(gateways):
    owner = await make_user()
    production = await make_production(owner)
    before = gateways.hub.followers
    async with one(gateways.hub, viewer_of(owner), production) as stream:
        await anext(stream)
        assert gateways.hub.followers == before + 1
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
