"""What is announced on a real Redis is heard, each once and in order, however it comes in."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from redis.asyncio import Redis

from services.gateways.event_bus import ProgressTick
from services.gateways.redis_event_bus import BusLost, RedisEventBus, TransitionAnnounced, WorkAnnounced
from tests.own_valkey import running_valkey

PATIENCE = 20
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
async def bus(settings):
    bus = RedisEventBus(settings.redis_url, channel_prefix="bus-under-test")
    yield bus
    await bus.close()


@pytest.fixture
async def redis(settings):
    redis = Redis.from_url(settings.redis_url)
    yield redis
    await redis.aclose()


def tick(number):
    return ProgressTick(
        UUID(int=number), number, number % 100, "TRANSCODING", NOON + timedelta(seconds=number)
    )


async def heard(announcements, count):
    found = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            found += await anext(announcements)
    return found


async def test_everything_is_heard_as_it_was_announced(bus):
    async with bus.tap() as announcements:
        await bus.announce_progress(tick(1))
        assert await heard(announcements, 1) == [tick(1)]
        await bus.announce_transition()
        assert await heard(announcements, 1) == [TransitionAnnounced()]
        await bus.announce_work()
        assert await heard(announcements, 1) == [WorkAnnounced()]


async def test_many_that_come_in_few_packets_are_each_heard_once_and_in_order(bus, redis):
    """More than fit into one reading of the socket, so that some are cut in two; one of them is nonsense."""
    channels = {name: f"bus-under-test:{name}" for name in ("progress", "transitions", "work")}
    wanted = [tick(number) for number in range(3000)]
    async with bus.tap() as announcements:
        async with redis.pipeline(transaction=False) as pipeline:
            for announced in wanted:
                pipeline.publish(channels["progress"], orjson.dumps(announced._asdict(), default=str))
                if announced.sequence == 1500:
                    pipeline.publish(channels["progress"], b"\xff nonsense")
                    pipeline.publish(channels["work"], b"{}")
            await pipeline.execute()
        found = await heard(announcements, len(wanted) + 1)
    assert [one for one in found if isinstance(one, ProgressTick)] == wanted
    assert [one for one in found if not isinstance(one, ProgressTick)] == [WorkAnnounced()]


async def test_a_connection_that_is_cut_is_noticed_after_what_came_before_it(tmp_path):
    with running_valkey(tmp_path / "valkey") as valkey:
        bus, redis = RedisEventBus(valkey.url), Redis.from_url(valkey.url)
        async with bus.tap() as announcements:
            await bus.announce_progress(tick(1))
            assert await heard(announcements, 1) == [tick(1)]
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            with pytest.raises(BusLost):
                await heard(announcements, 1)
        await bus.close()
        await redis.aclose()
