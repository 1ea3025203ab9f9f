"""API processes killed, and replaced one after the other behind one port."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from embedded.ports import LOOPBACK, free_ports
from tests.faults.world import Api, serving, watching
from tests.waiting import until

ROUNDS = 3


@pytest.mark.slow
async def test_an_api_process_killed_and_started_again(outside, api):
    async with watching(outside, api.port) as watched:
        for _ in range(2):
            await api.kill()
            await asyncio.sleep(0.5)
            await api.start()
    assert watched.drops() == {1006}


async def test_told_to_stop_it_says_so_and_ends_in_time(outside):
    """A load balancer is told for a while, in which all goes on; then sockets end with 1012."""
    async with serving(outside, AIRDATE_DRAIN_SECONDS="1.5") as api:
        async with watching(outside, api.port) as watched:
            stopping = asyncio.create_task(api.stop())
            await until(lambda: is_draining(api))
            assert watched.drops() == set()
            await watched.prompt()
            assert await stopping < 5
            await api.start()
        assert watched.drops() >= {1012}
        assert watched.drops() <= {1006, 1012}


async def is_draining(api):
    return await api.readiness() == (503, {"status": "draining"})


@pytest.mark.slow
async def test_two_processes_behind_one_port_are_replaced_one_by_one(outside):
    [port] = free_ports(1)
    async with AsyncExitStack() as stack:

        async def started(number):
            return await stack.enter_async_context(sharing(outside, f"serve-{number}", port))

        running = [await started(0), await started(1)]
        async with watching(outside, port) as watched, asking(port) as asked:
            for number in range(2, 2 + 2 * ROUNDS):
                running.append(await started(number))
                assert await running.pop(0).stop() < 5
        assert watched.drops() == {1012}
        assert asked.count > 100
        assert asked.failures == []


@asynccontextmanager
async def sharing(outside, name, port):
    """An API process that shares its port, once it says that it is ready, as systemd would hear it."""
    told = outside.data.run / f"{name}.socket"
    told.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(told))
        supervisor.setblocking(False)
        api = Api(outside, name, port, AIRDATE_SHARE_PORT="true", NOTIFY_SOCKET=str(told))
        api.process.start()
        try:
            async with asyncio.timeout(40):
                assert await asyncio.get_running_loop().sock_recv(supervisor, 100) == b"READY=1"
            yield api
        finally:
            api.process.kill()


class Asked:
    def __init__(self):
        self.count, self.failures = 0, []


@asynccontextmanager
async def asking(port):
    """Somebody asks all the time, over a new connection each time."""
    asked = Asked()

    async def ask():
        while True:
            try:
                async with httpx.AsyncClient(trust_env=False) as http:
                    answer = await http.get(f"http://{LOOPBACK}:{port}/healthz")
                assert answer.status_code == httpx.codes.OK
            except (httpx.HTTPError, AssertionError) as failure:
                asked.failures.append(repr(failure))
            asked.count += 1

    asker = asyncio.create_task(ask())
    try:
        yield asked
    finally:
        asker.cancel()
        await asyncio.gather(asker, return_exceptions=True)
