"""API processes killed, and replaced one after the other behind one port."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from embedded.ports import LOOPBACK, free_ports
from tests.faults.api import inheriting, serving, sharing
from tests.faults.world import watching
from tests.waiting import until

ROUNDS, ASKERS = 3, 3


@pytest.mark.slow
async def test_an_api_process_killed_and_started_again(outside, api):
    async with watching(outside, api.port) as watched:
        for _ in range(2):
            await api.kill()
            await asyncio.sleep(0.5)
            await api.start()
    assert watched.drops() == {1006}


@pytest.mark.slow
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


@pytest.mark.slow
async def test_one_process_that_inherits_its_port_is_replaced_and_nobody_is_turned_away(outside):
    """What comes while there is none waits at the port, which is the supervisor's."""
    with socket.create_server((LOOPBACK, 0), backlog=200) as listener:
        port = listener.getsockname()[1]
        async with AsyncExitStack() as stack:
            api = await stack.enter_async_context(inheriting(outside, "serve-0", listener))
            async with watching(outside, port) as watched, asking(port) as asked:
                for number in (1, 2):
                    assert await api.stop() < 5
                    api = await stack.enter_async_context(inheriting(outside, f"serve-{number}", listener))
                    await watched.busy()
    assert watched.drops() == {1012}
    assert asked.count > 10
    assert asked.failures == []


class Asked:
    def __init__(self):
        self.count, self.failures, self.is_over = 0, [], False


@asynccontextmanager
async def asking(port):
    """Some ask all the time, over a new connection each time."""
    asked = Asked()
    askers = [asyncio.create_task(ask(port, asked)) for _ in range(ASKERS)]
    try:
        yield asked
    finally:
        asked.is_over = True
        await asyncio.gather(*askers)


async def ask(port, asked):
    while not asked.is_over:
        asked.count += 1
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: airdate\r\nConnection: close\r\n\r\n")
                answer = await reader.read()
            finally:
                writer.close()
            assert answer.endswith(b'{"status":"ok"}'), answer
        except (OSError, AssertionError) as failure:
            asked.failures.append(repr(failure))
        await asyncio.sleep(0.005)
