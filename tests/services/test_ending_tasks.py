"""A task that is to end does, also one that misses its cancellation; so do those of the hub."""

import asyncio

import pytest

from services import ending_tasks
from services.ending_tasks import ended
from services.gateways.redis_broadcast_backend import RedisBroadcastBackend
from services.live import LiveHub

PATIENCE = 20


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(ending_tasks, "ASK_AGAIN_SECONDS", 0.01)


async def deaf(times, told):
    for _ in range(times):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("missed")
    await asyncio.Event().wait()


async def begun(*works):
    tasks = [asyncio.create_task(work) for work in works]
    await asyncio.sleep(0)
    return tasks


async def test_a_task_that_misses_its_cancellation_is_asked_again():
    told = []
    tasks = await begun(deaf(2, told), deaf(0, told))
    async with asyncio.timeout(PATIENCE):
        await ended(*tasks)
    assert told == ["missed", "missed"]
    assert all(task.cancelled() for task in tasks)


async def test_nothing_to_end_is_nothing_to_wait_for():
    await ended()


async def test_what_a_task_failed_with_is_told_once_all_are_over():
    async def failing():
        raise ZeroDivisionError

    tasks = await begun(failing(), deaf(1, []))
    with pytest.raises(ZeroDivisionError):
        await ended(*tasks)
    assert all(task.done() for task in tasks)


async def test_who_waits_for_the_end_may_be_cancelled():
    """Then it is not the end of the task that it hears of."""
    [task] = await begun(deaf(1, []))
    [waiting] = await begun(ended(task))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not task.done()
    await ended(task)


async def test_a_hub_that_misses_its_end_while_it_connects_stops_all_the_same(gateways, monkeypatch):
    connect, is_connecting = RedisBroadcastBackend.connect, asyncio.Event()

    async def as_before_python_3_12(backend):
        try:
            is_connecting.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await connect(backend)

    monkeypatch.setattr(RedisBroadcastBackend, "connect", as_before_python_3_12)
    hub = LiveHub(gateways.bus)
    await hub.start()
    async with asyncio.timeout(PATIENCE):
        await is_connecting.wait()
        await hub.stop()
    assert all(task.cancelled() for task in hub._tasks)
