"""Job events by SQS: moto's queue, the real client, the real database."""

import asyncio
import os
import random
import signal
import sys

import pytest
from tortoise.exceptions import OperationalError

import models
from embedded.environment import python_environment
from models.statuses import ProductionStatus
from server import event_queue_reader
from tests.faulty_proxy import CUT, faulty_proxy
from tests.job_events import ENDINGS, STORY, ending_of, job_event, submitted_render, told
from tests.moto_server import new_environment
from tests.server.event_queue import queue_at, reading, recorder
from tests.slow_cases import slow_after
from tests.waiting import until

COMPLETED = (ProductionStatus.COMPLETED, ProductionStatus.COMPLETED)


@pytest.fixture
async def queue(aws_url):
    async with queue_at(aws_url, new_environment()) as queue:
        yield queue


async def has_ended(render, status=ProductionStatus.COMPLETED):
    return await models.Render.filter(id=render.id, status=status).exists()


@pytest.mark.parametrize(("ending", "status"), slow_after(1, ENDINGS.items()))
async def test_both_ways_end_in_the_same_row(queue, gateways, http, ending, status):
    by_queue, by_http = await submitted_render(), await submitted_render()
    for name in [*STORY, ending, *STORY]:
        await queue.send(job_event(name, by_queue.id))
        key = {"x-airdate-events-key": "events-key-of-the-tests"}
        await http.post("/events/mediaconvert", json=job_event(name, by_http.id), headers=key)
    async with reading(queue, recorder(gateways)):
        await queue.emptied()
    one, other = await ending_of(by_queue), await ending_of(by_http)
    if status is not ProductionStatus.COMPLETED:
        # Messages of a batch are recorded side by side: how far it had got depends on which was first.
        one.pop("percent"), other.pop("percent")
    assert one == other
    assert one["status"] == (status, status)


@pytest.mark.slow
async def test_several_readers_share_a_queue(queue, gateways):
    renders = [await submitted_render() for _ in range(6)]
    events = [job_event(name, r.id) for r in renders for name in [*STORY, "05_complete", "03_status_update"]]
    random.Random(7).shuffle(events)
    await queue.send(*events)
    record = recorder(gateways)
    async with reading(queue, record), reading(queue, record), reading(queue, record):
        await queue.emptied()
    assert {(await ending_of(render))["status"] for render in renders} == {COMPLETED}


async def test_what_is_not_ours_is_deleted_and_changes_nothing(queue, gateways):
    render = await submitted_render()
    before = await told(render)
    uploaded = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": "t/a"}}}
    await queue.send(
        uploaded,
        job_event("05_complete", render.id, environment="prod"),
        job_event("05_complete", render.production_id),
        job_event("00_submitted_via_cloudtrail", render.id),
    )
    async with reading(queue, recorder(gateways)):
        await queue.emptied()
    assert await told(render) == before


@pytest.mark.slow
async def test_malformed_messages_reach_the_dead_letters_and_hold_up_nobody(queue, gateways):
    async with queue_at(queue.endpoint, new_environment()) as dead:
        arn = (await dead.sqs.get_queue_attributes(QueueUrl=dead.url, AttributeNames=["QueueArn"]))[
            "Attributes"
        ]
        rule = f'{{"deadLetterTargetArn": "{arn["QueueArn"]}", "maxReceiveCount": 2}}'
        await queue.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"RedrivePolicy": rule})
        render = await submitted_render()
        malformed = ["not JSON", "[]", '{"source": "aws.mediaconvert"}']
        await queue.send(*malformed, job_event("05_complete", render.id))
        async with reading(queue, recorder(gateways), hidden_seconds=1):
            await until(lambda: has_ended(render))
            await queue.emptied()
        assert await dead.holds(len(malformed))
        received = await dead.sqs.receive_message(QueueUrl=dead.url, MaxNumberOfMessages=10)
        assert sorted(message["Body"] for message in received["Messages"]) == sorted(malformed)


@pytest.mark.slow
async def test_what_could_not_be_committed_comes_again(queue, gateways, monkeypatch):
    monkeypatch.setattr(event_queue_reader, "FIRST_RETURN_SECONDS", 1)
    render = await submitted_render()
    before = await told(render)
    save, rows = models.Render.save, []

    async def fail_twice(self, **options):
        await save(self, **options)
        if len(rows) < 2:
            rows.append(self.status)
            raise OperationalError("the connection is gone")

    monkeypatch.setattr(models.Render, "save", fail_twice)
    receive, seen = recorder(gateways), []

    async def receive_and_look(body):
        if len(rows) == 1:
            seen.append(await told(render))
        return await receive(body)

    await queue.send(job_event("05_complete", render.id))
    async with reading(queue, receive_and_look):
        await queue.emptied()
    assert rows == [ProductionStatus.COMPLETED] * 2
    assert seen == [before]
    assert (await ending_of(render))["status"] == COMPLETED


@pytest.mark.slow
async def test_an_answer_lost_on_deletion_brings_it_again_and_changes_nothing(queue, gateways):
    render = await submitted_render()
    calls = []
    record = recorder(gateways)

    async def receive(body):
        calls.append(await record(body))
        calls.append(await told(render))

    await queue.send(job_event("05_complete", render.id))
    async with faulty_proxy(queue.endpoint) as proxy:
        proxy.concerns = lambda request: request.headers["x-amz-target"].endswith("DeleteMessage")
        proxy.faults = [CUT, CUT]
        async with reading(queue, receive, endpoint=proxy.url, hidden_seconds=1):
            await queue.emptied()
        assert proxy.faults == []
    assert calls[0] is True
    assert calls[1::2] == [calls[1]] * 2
    assert (await ending_of(render))["status"] == COMPLETED


@pytest.mark.slow
async def test_a_slow_message_stays_hidden_from_others(queue):
    handled = []

    async def slowly(body):
        handled.append(body)
        await asyncio.sleep(4)

    await queue.send("slow")
    async with reading(queue, slowly, hidden_seconds=3), reading(queue, slowly, hidden_seconds=3):
        await queue.emptied()
    assert handled == [b"slow"]


async def test_shutting_down_finishes_what_is_in_hand(queue):
    begun, finish, ended = asyncio.Event(), asyncio.Event(), []

    async def receive(body):
        begun.set()
        await finish.wait()
        ended.append(body)

    await queue.send("in hand")
    async with reading(queue, receive) as task:
        await asyncio.wait_for(begun.wait(), 20)
        task.cancel()
        await asyncio.sleep(0.1)
        assert not task.done()
        finish.set()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert ended == [b"in hand"]
        assert await queue.holds(0)


async def test_shutting_down_gives_back_what_takes_too_long(queue):
    begun = asyncio.Event()

    async def never(body):
        begun.set()
        await asyncio.Event().wait()

    await queue.send("in hand")
    async with reading(queue, never, grace_seconds=0.1) as task:
        await asyncio.wait_for(begun.wait(), 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
    # It was hidden for a minute.
    again = await queue.sqs.receive_message(QueueUrl=queue.url)
    assert [message["Body"] for message in again["Messages"]] == ["in hand"]


async def test_a_bug_in_reading_ends_no_reader(queue, gateways, monkeypatch):
    monkeypatch.setattr(event_queue_reader, "FIRST_BACKOFF_SECONDS", 0.1)
    render = await submitted_render()
    handle, bugs = event_queue_reader.EventQueueReader._handle_all, ["a bug"]

    async def buggy(self, messages):
        if bugs:
            raise RuntimeError(bugs.pop())
        return await handle(self, messages)

    monkeypatch.setattr(event_queue_reader.EventQueueReader, "_handle_all", buggy)
    await queue.send(job_event("05_complete", render.id))
    async with reading(queue, recorder(gateways), hidden_seconds=1):
        await until(lambda: has_ended(render))


KILLED_BEFORE_DELETING = """
import functools, os, signal, uvloop
import server.worker
from server.worker import work
from server.settings import read_settings
from services.gateways.sqs_event_queue import SqsEventQueue

async def die(self, message):
    os.kill(os.getpid(), signal.SIGKILL)

SqsEventQueue.delete = die
server.worker.EventQueueReader = functools.partial(server.worker.EventQueueReader, hidden_seconds=2)
uvloop.run(work(read_settings()))
"""


@pytest.mark.slow
async def test_a_worker_killed_between_commit_and_deletion(queue, gateways, settings):
    render = await submitted_render()
    await queue.send(job_event("05_complete", render.id))
    environment = python_environment(
        AIRDATE_DATABASE_URL=settings.database_url,
        AIRDATE_REDIS_URL=settings.redis_url,
        AIRDATE_BUS_PREFIX="killed",
        AIRDATE_S3_ENDPOINT_URL=settings.s3_endpoint_url,
        AIRDATE_ENVIRONMENT="test",
        AIRDATE_SQS_ENDPOINT_URL=queue.endpoint,
        AIRDATE_EVENTS_QUEUE_URL=queue.url,
        AWS_ACCESS_KEY_ID=os.environ["AWS_ACCESS_KEY_ID"],
        AWS_SECRET_ACCESS_KEY=os.environ["AWS_SECRET_ACCESS_KEY"],
    )
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_BEFORE_DELETING, env=environment
    )
    assert await asyncio.wait_for(worker.wait(), 60) == -signal.SIGKILL
    committed = await told(render)
    assert (await ending_of(render))["status"] == COMPLETED
    assert await queue.holds(1)
    again = []
    record = recorder(gateways)

    async def receive(body):
        again.append(await record(body))

    async with reading(queue, receive):
        await queue.emptied()
    assert len(again) == 1
    assert await told(render) == committed
