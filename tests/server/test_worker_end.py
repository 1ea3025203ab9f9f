"""A worker that is told to end does, whatever its work makes of that."""

import asyncio

import pytest

from server.event_queue_reader import EventQueueReader
from server.worker import Worker

PATIENCE = 20


class Outage:
    """Work whose end fails, as a transaction's does when PostgreSQL goes at the same time."""

    def __init__(self):
        self.has_begun = asyncio.Event()

    async def work(self, **_):
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise ConnectionError("the connection is gone") from error

    receive = work


class Deaf(Outage):
    """Work that has its result as it is ended, as what uses `wait_for` may before Python 3.12."""

    async def receive(self, **_):
        try:
            await self.work()
        except ConnectionError:
            return []


async def ended(work, outage):
    task = asyncio.create_task(work)
    async with asyncio.timeout(PATIENCE):
        await outage.has_begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return task.cancelled()


@pytest.mark.parametrize("step", ["claim_upload", "claim_render", "expire_uploads"])
async def test_work_that_fails_as_it_is_ended(settings, gateways, monkeypatch, step):
    outage = Outage()
    monkeypatch.setattr(f"server.worker.{step}", outage.work)
    monkeypatch.setattr("server.worker.cancel_stray_jobs", outage.work)
    assert await ended(Worker(settings, gateways, renderer=None).run(), outage)


@pytest.mark.parametrize("kind", [Outage, Deaf])
async def test_reading_that_fails_or_succeeds_as_it_is_ended(kind):
    outage = kind()
    assert await ended(EventQueueReader(outage, receive=None).run(), outage)
