"""Everything that can go wrong, one after the other in any order, for a minute."""

import asyncio
import random
import time
from contextlib import AsyncExitStack

import pytest
import structlog
from redis.asyncio import Redis

from embedded.ports import free_ports
from embedded.processes import stop_all
from tests.faults.api import sharing
from tests.faults.world import watching

SECONDS = 60
LONGEST_FAULT_SECONDS = 3.0
log = structlog.get_logger()


class Faults:
    """Each method is one, from its beginning to its healing."""

    def __init__(self, outside, stack, port, chance):
        self._outside, self._stack, self._port, self._chance = outside, stack, port, chance
        self._started = 0
        self._apis = []

    async def begin(self):
        for _ in range(2):
            await self._start_api()

    async def any(self):
        names = sorted(name for name in vars(Faults) if name.startswith(("redis", "postgres", "api")))
        name = self._chance.choice(names)
        log.info("fault", name=name)
        await getattr(self, name)()

    async def redis_killed(self):
        await self._outside.kill(self._outside.valkey)
        await self._while()
        await self._outside.start_again(self._outside.valkey)

    async def redis_cut(self):
        async with Redis.from_url(self._outside.valkey.url) as redis:
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    async def redis_gone(self):
        self._outside.valkey_proxy.blackhole()
        await self._while()
        self._outside.valkey_proxy.heal(forgetting=self._chance.random() < 0.5)

    async def postgres_stopped(self):
        await asyncio.to_thread(stop_all, [self._outside.postgres.process])
        await self._while()
        await self._outside.start_again(self._outside.postgres)

    async def postgres_killed(self):
        await self._outside.kill(self._outside.postgres)
        await self._while()
        await self._outside.start_again(self._outside.postgres)

    async def postgres_ended(self):
        await self._outside.terminate_backends()

    async def postgres_gone(self):
        self._outside.postgres_proxy.blackhole()
        await self._while()
        self._outside.postgres_proxy.heal(forgetting=self._chance.random() < 0.5)

    async def api_killed(self):
        await self._apis.pop(self._chance.randrange(2)).kill()
        await self._start_api()

    async def api_replaced(self):
        await self._start_api()
        assert await self._apis.pop(0).stop() < 6

    async def _start_api(self):
        self._started += 1
        name = f"serve-{self._started}"
        self._apis.append(await self._stack.enter_async_context(sharing(self._outside, name, self._port)))

    async def _while(self):
        await asyncio.sleep(self._chance.uniform(0, LONGEST_FAULT_SECONDS))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
async def test_whatever_happens_everybody_sees_everything_once(outside, seed):
    [port] = free_ports(1)
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        faults = Faults(outside, stack, port, chance)
        await faults.begin()
        async with watching(outside, port) as watched:
            begun = time.monotonic()
            while time.monotonic() - begun < SECONDS:
                await faults.any()
                await asyncio.sleep(chance.uniform(0, 1))
            await watched.calm()
