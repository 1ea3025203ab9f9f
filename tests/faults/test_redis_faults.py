"""Redis killed, cut and gone without a word under open subscriptions: nothing is missed, no socket drops."""

import asyncio

import pytest
from redis.asyncio import Redis

from tests.faults.world import watching
from tests.waiting import until

DOWN_SECONDS = 1.5


async def is_live_down(api):
    down = {"live": "The event bus is not heard, or the log not read."}
    return await api.readiness() == (503, {"status": "down", "down": down})


@pytest.mark.slow
async def test_redis_killed_and_started_again(outside, api):
    async with watching(outside, api.port) as watched:
        await outside.kill(outside.valkey)
        await until(lambda: is_live_down(api))
        await watched.prompt()
        await outside.start_again(outside.valkey)
        await until(api.is_ready)
    assert watched.drops() == set()


@pytest.mark.slow
async def test_connections_of_redis_cut(outside, api):
    async with watching(outside, api.port) as watched:
        for _ in range(5):
            async with Redis.from_url(outside.valkey.url) as redis:
                for kind in ("pubsub", "normal"):
                    await redis.execute_command("CLIENT", "KILL", "TYPE", kind)
            await asyncio.sleep(0.3)
            await until(api.is_ready)
    assert watched.drops() == set()


@pytest.mark.slow
@pytest.mark.parametrize("forgetting", [False, True])
async def test_redis_gone_without_a_word(outside, api, forgetting):
    async with watching(outside, api.port) as watched:
        outside.valkey_proxy.blackhole()
        await until(lambda: is_live_down(api))
        await watched.prompt()
        outside.valkey_proxy.heal(forgetting=forgetting)
        await until(api.is_ready)
    assert watched.drops() == set()
