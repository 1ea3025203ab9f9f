"""The queue through the real client, at moto."""

import time

import pytest

from services.gateways.aws_session import aws_session
from services.gateways.event_queue import QueuedMessage
from services.gateways.sqs_event_queue import open_sqs
from tests.moto_server import REGION, new_environment
from tests.server.event_queue import queue_at


@pytest.fixture
async def queue(aws_url):
    async with queue_at(aws_url, new_environment()) as queue:
        yield queue


@pytest.fixture
async def opened(queue):
    async with open_sqs(aws_session(), endpoint_url=queue.endpoint, url=queue.url, region=REGION) as opened:
        yield opened


async def test_a_message_and_how_often_it_came(queue, opened):
    await queue.send("one")
    (first,) = await opened.receive(hidden_seconds=60)
    assert first == QueuedMessage(first.id, "one", first.receipt, 1)
    await opened.hide(first, seconds=0)
    (again,) = await opened.receive(hidden_seconds=60)
    assert (again.id, again.times_received) == (first.id, 2)
    await opened.delete(again)
    assert await queue.holds(0)


async def test_ten_at_once_and_nobody_waits_for_the_eleventh(queue, opened):
    await queue.send(*(str(number) for number in range(11)))
    started = time.monotonic()
    assert len(await opened.receive(hidden_seconds=60)) == 10
    assert len(await opened.receive(hidden_seconds=60)) == 1
    assert time.monotonic() - started < 10


async def test_what_is_over_may_be_hidden_and_deleted_again(queue, opened):
    await queue.send("one")
    (message,) = await opened.receive(hidden_seconds=60)
    await opened.delete(message)
    await opened.hide(message, seconds=60)
    await opened.delete(message)
    await opened.check()
