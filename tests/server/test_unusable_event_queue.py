"""An event queue that cannot be read: how that is told, and what follows."""

import socket
import time

import httpx
import pytest

import models
from embedded.ports import LOOPBACK
from models.statuses import ProductionStatus
from server import event_queue_reader
from server.app import create_app
from server.wiring import open_event_queue
from services.gateways.aws_session import aws_session
from services.gateways.event_queue import QueueProblem, QueueUnusable
from services.gateways.sqs_event_queue import open_sqs
from tests.faulty_proxy import CUT, Fault, faulty_proxy
from tests.job_events import job_event, submitted_render
from tests.moto_server import new_environment
from tests.server.event_queue import queue_at, reading, recorder
from tests.waiting import until


@pytest.fixture
async def queue(aws_url):
    async with queue_at(aws_url, new_environment()) as queue:
        yield queue


async def has_ended(render, status=ProductionStatus.COMPLETED):
    return await models.Render.filter(id=render.id, status=status).exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault(403, {"__type": "AccessDeniedException", "message": "no"}), "DENIED"),
        (Fault(400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}), "MISSING"),
        (Fault(503, {"message": "no"}), "UNREACHABLE"),
        (CUT, "UNREACHABLE"),
    ],
)
async def test_a_queue_that_cannot_be_read_is_told_and_read_again(
    queue, gateways, settings, monkeypatch, fault, problem
):
    monkeypatch.setattr(event_queue_reader, "FIRST_BACKOFF_SECONDS", 0.1)
    render = await submitted_render()
    await queue.send(job_event("05_complete", render.id))
    logged = []
    monkeypatch.setattr(event_queue_reader.log, "error", lambda text, **values: logged.append((text, values)))
    async with faulty_proxy(queue.endpoint) as proxy:
        with_queue = settings.model_copy(
            update={"sqs_endpoint_url": proxy.url, "events_queue_url": queue.url, "region": "eu-west-1"}
        )
        async with open_event_queue(with_queue) as opened:
            transport = httpx.ASGITransport(create_app(with_queue, gateways, None, opened))
            async with httpx.AsyncClient(transport=transport, base_url="http://airdate") as api:
                proxy.faults = [fault] * 2
                ready = await api.get("/readyz")
                told = {"status": "ready", "degraded": {"events": problem}}
                assert (ready.status_code, ready.json()) == (200, told)
                proxy.faults = [fault] * 5
                async with reading(queue, recorder(gateways), endpoint=proxy.url):
                    await until(lambda: has_ended(render))
                ready = await api.get("/readyz")
                assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    # Of this reader: the module's logger is everybody's.
    own = {(text, values["problem"]) for text, values in logged if queue.url in values["error"]}
    assert own == {("the event queue cannot be read", problem)}


@pytest.mark.slow
async def test_a_queue_that_nobody_answers_for_makes_readiness_no_slower(settings, gateways):
    # The kernel takes the connections, and nobody ever answers them.
    with socket.create_server((LOOPBACK, 0)) as silent:
        endpoint = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
        changes = {"sqs_endpoint_url": endpoint, "events_queue_url": "http://queue"}
        async with open_event_queue(settings.model_copy(update=changes)) as opened:
            transport = httpx.ASGITransport(create_app(settings, gateways, None, opened))
            async with httpx.AsyncClient(transport=transport, base_url="http://airdate") as api:
                started = time.monotonic()
                ready = await api.get("/readyz")
                assert time.monotonic() - started < 4
    assert ready.json() == {"status": "ready", "degraded": {"events": "UNREACHABLE"}}


async def test_no_credentials_are_told_as_a_denial(queue, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    async with open_sqs(
        aws_session(), endpoint_url=queue.endpoint, url=queue.url, region="eu-west-1"
    ) as opened:
        with pytest.raises(QueueUnusable, match="Unable to locate credentials") as told:
            await opened.receive(hidden_seconds=60)
    assert told.value.problem is QueueProblem.DENIED
