"""Delivery of events: in each job's order, at least once, for a day, and no job waits for another."""

import asyncio
import os
import time
from collections import defaultdict

import pytest
from aiohttp import web

from embedded.mediaconvert.events import job_event
from embedded.mediaconvert.outbox import KEPT_EVENTS, KEPT_SECONDS, Outbox
from tests.local_server import serving

DAY_AND_AN_HOUR = KEPT_SECONDS + 3600


class Target:
    """Receives events; answers `status_of(detail)`."""

    def __init__(self):
        self.received = []
        self.status_of = lambda detail: 204

    async def receive(self, request):
        detail = (await request.json())["detail"]
        status = self.status_of(detail)
        if status == 204:
            self.received.append((detail["jobId"], detail["status"]))
        return web.Response(status=status)

    async def has(self, *expected):
        async with asyncio.timeout(20):
            while not set(expected) <= set(self.received):  # noqa: ASYNC110 what is waited for comes by HTTP
                await asyncio.sleep(0.01)


@pytest.fixture
async def target():
    target = Target()
    async with serving(web.post("/", target.receive)) as origin:
        target.url = f"{origin}/"
        yield target


@pytest.fixture
async def outbox(tmp_path, target):
    box = Outbox(tmp_path, target.url, "key")
    task = asyncio.create_task(box.deliver())
    yield box
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def event(job_id, status, **detail):
    return job_event({"Arn": f"arn:{job_id}", "Id": job_id, "Queue": "q"}, status, **detail)


def files(folder):
    return list(folder.iterdir())


async def empty(folder):
    async with asyncio.timeout(20):
        while files(folder):  # noqa: ASYNC110 another task empties it
            await asyncio.sleep(0.01)


async def test_an_event_refused_for_good_holds_up_nothing(outbox, target, tmp_path):
    target.status_of = lambda detail: 400 if detail["status"] == "PROGRESSING" else 204
    for status in ("PROGRESSING", "COMPLETE"):
        outbox.add(event("a", status))
    outbox.add(event("b", "COMPLETE"))
    await target.has(("a", "COMPLETE"), ("b", "COMPLETE"))
    await empty(tmp_path)
    assert ("a", "PROGRESSING") not in target.received


async def test_a_job_whose_events_fail_holds_up_no_other(outbox, target):
    target.status_of = lambda detail: 500 if detail["jobId"] == "a" else 204
    outbox.add(event("a", "PROGRESSING"))
    for status in ("PROGRESSING", "INPUT_INFORMATION", "COMPLETE"):
        outbox.add(event("b", status))
    await target.has(("b", "COMPLETE"))
    target.status_of = lambda detail: 204
    outbox.add(event("a", "COMPLETE"))
    await target.has(("a", "COMPLETE"))
    told = defaultdict(list)
    for job_id, status in target.received:
        told[job_id].append(status)
    assert told == {
        "a": ["PROGRESSING", "COMPLETE"],
        "b": ["PROGRESSING", "INPUT_INFORMATION", "COMPLETE"],
    }


async def test_order_holds_when_answers_fail_now_and_then(outbox, target):
    answers = iter([500, 204, 429, 503, 204, 204, 401, 204] + [204] * 100)
    target.status_of = lambda detail: next(answers)
    statuses = ["PROGRESSING", "INPUT_INFORMATION", "NEW_WARNING", "COMPLETE"]
    for status in statuses:
        outbox.add(event("a", status))
    await target.has(("a", "COMPLETE"))
    assert [status for _, status in target.received] == statuses


async def test_undelivered_progress_gives_way_to_newer(tmp_path, target):
    box = Outbox(tmp_path, target.url, "key")
    box.add(event("a", "PROGRESSING"))
    for percent in range(50):
        box.add(event("a", "STATUS_UPDATE", jobProgress={"jobPercentComplete": percent}))
    box.add(event("a", "COMPLETE"))
    # Progress is not worth a write.
    assert len(files(tmp_path)) == 2
    task = asyncio.create_task(box.deliver())
    await target.has(("a", "COMPLETE"))
    assert target.received == [("a", "PROGRESSING"), ("a", "STATUS_UPDATE"), ("a", "COMPLETE")]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_events_outlive_the_process(tmp_path, target):
    first = Outbox(tmp_path, target.url, "key")
    for status in ("PROGRESSING", "INPUT_INFORMATION", "COMPLETE"):
        first.add(event("a", status))
    task = asyncio.create_task(Outbox(tmp_path, target.url, "key").deliver())
    await target.has(("a", "COMPLETE"))
    assert [status for _, status in target.received] == ["PROGRESSING", "INPUT_INFORMATION", "COMPLETE"]
    await empty(tmp_path)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_event_that_nobody_takes_is_dropped_after_a_day(tmp_path, target):
    target.status_of = lambda detail: 500
    Outbox(tmp_path, target.url, "key").add(event("a", "COMPLETE"))
    (path,) = files(tmp_path)
    long_ago = time.time() - DAY_AND_AN_HOUR
    os.utime(path, (long_ago, long_ago))
    task = asyncio.create_task(Outbox(tmp_path, target.url, "key").deliver())
    await empty(tmp_path)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_oldest_gives_way_when_too_many_wait(tmp_path, target, monkeypatch):
    monkeypatch.setattr("embedded.mediaconvert.outbox.KEPT_EVENTS", 20)
    box = Outbox(tmp_path, target.url, "key")
    for number in range(25):
        box.add(event(f"job{number:02}", "COMPLETE"))
    assert len(files(tmp_path)) == 20 < KEPT_EVENTS
    task = asyncio.create_task(box.deliver())
    await empty(tmp_path)
    assert sorted(job_id for job_id, _ in target.received) == [f"job{n:02}" for n in range(5, 25)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_event_that_the_disk_does_not_take_is_delivered_from_memory(outbox, target, tmp_path):
    tmp_path.rename(tmp_path.with_name("moved"))
    try:
        assert outbox.add(event("a", "COMPLETE")) is False
        await target.has(("a", "COMPLETE"))
    finally:
        tmp_path.with_name("moved").rename(tmp_path)
