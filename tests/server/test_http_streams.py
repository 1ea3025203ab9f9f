"""Subscriptions over SSE and multipart, from the database to the wire."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest

import models
from embedded.ports import free_ports
from models.statuses import ProductionStatus
from server import graphql_view
from server.app import create_app
from server.operations import Operations
from server.serve import api_server
from server.transport_http.connection import StreamableProtocol
from server.transport_http.stream import StreamResponse
from services.access_tokens import token_hash
from tests.conftest import started
from tests.factories import id_of, make_production, make_token, make_user
from tests.resolvers.test_subscriptions import tell
from tests.slow_cases import slow_after
from tests.stream_client import EVENT_STREAM, MULTIPART, streamed

ONE = """subscription ($id: ID!, $after: String) {
  productionStatusChanged(id: $id, after: $after) { cursor sequence status } }"""
NOT_SIGNED_IN = "The access token is unknown, expired or revoked."


@pytest.fixture
async def followed(gateways):
    """A production that waits to be rendered, its owner's token, and the variables to follow it."""
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    return production, await make_token(owner), {"id": id_of(production)}


def told(payload):
    event = payload["data"]["productionStatusChanged"]
    return event["sequence"], event["status"]


class Runs:
    """The operations that were started; each counts how often it was stopped."""

    def __init__(self):
        self.stops = []

    async def all_stopped(self, count):
        async with asyncio.timeout(20):
            while self.stops != [1] * count:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@pytest.fixture
def runs(monkeypatch):
    runs, start = Runs(), Operations.start

    def counting(*arguments, **more):
        running, number = start(*arguments, **more), len(runs.stops)
        runs.stops.append(0)

        class Counted:
            def stop(self):
                runs.stops[number] += 1
                running.stop()

        return Counted()

    monkeypatch.setattr(Operations, "start", counting)
    return runs


async def test_who_has_gone_before_its_stream_begins_is_no_error(
    server, http, gateways, followed, monkeypatch
):
    _, token, variables = followed
    arrived, is_gone, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()
    read, call = graphql_view.credential_of_header, StreamResponse.__call__

    async def read_late(*arguments):
        arrived.set()
        await is_gone.wait()
        return await read(*arguments)

    async def noticed(*arguments):
        await call(*arguments)
        answered.set()

    monkeypatch.setattr(graphql_view, "credential_of_header", read_late)
    monkeypatch.setattr(StreamResponse, "__call__", noticed)
    monkeypatch.setattr(StreamableProtocol, "connection_lost", lost_telling(is_gone))
    asking = asyncio.create_task(streamed(http, ONE, variables, token=token).__aenter__())
    await asyncio.wait_for(arrived.wait(), 20)
    asking.cancel()
    await asyncio.wait_for(answered.wait(), 20)


def lost_telling(event):
    lost = StreamableProtocol.connection_lost

    def connection_lost(self, problem):
        lost(self, problem)
        event.set()

    return connection_lost


async def test_a_subscription_goes_on_as_server_sent_events(http, gateways, followed):
    production, token, variables = followed
    async with streamed(http, ONE, variables, token=token) as client:
        headers = client.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store, no-transform"
        assert headers["x-accel-buffering"] == "no"
        assert headers["x-request-id"]
        assert await client.until(b"\n\n") == b":"
        name, first = await client.event()
        assert (name, told(first)) == ("next", (1, "QUEUED"))
        await tell(gateways, production, status=ProductionStatus.PROCESSING)
        name, second = await client.event()
        assert (name, told(second)) == ("next", (2, "PROCESSING"))
    await tell(gateways, production, status=ProductionStatus.FAILED)
    after = {"after": second["data"]["productionStatusChanged"]["cursor"]}
    async with streamed(http, ONE, variables | after, token=token) as client:
        assert told((await client.event())[1]) == (3, "FAILED")


async def test_a_subscription_goes_on_in_parts(http, gateways, followed):
    production, token, variables = followed
    async with streamed(http, ONE, variables, token=token, accept=MULTIPART) as client:
        kind = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        assert client.response.headers["content-type"] == kind
        assert await client.until(b"\r\n--graphql") == b""
        assert told((await client.part())["payload"]) == (1, "QUEUED")
        await tell(gateways, production, status=ProductionStatus.PROCESSING)
        assert told((await client.part())["payload"]) == (2, "PROCESSING")
        await models.Production.filter(id=production.id).update(owner_id=(await make_user()).id)
        await tell(gateways, production, status=ProductionStatus.FAILED)
        assert await client.rest() == b"--\r\n"


async def test_event_source_asks_by_address(http, gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    query = f'subscription {{ productionStatusChanged(id: "{id_of(production)}") {{ status }} }}'
    response = await http.get("/graphql", params={"query": query}, headers={"accept": EVENT_STREAM})
    assert response.status_code == 200
    events = response.text.split("\n\n")
    assert '"code":"NOT_FOUND"' in events[1]
    assert events[2:] == ["event: complete\ndata:", ""]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("subscription { nobody }", "Cannot query field 'nobody' on type 'Subscription'."),
        (ONE, "Variable '$id' has invalid value: Expected a value of non-null type 'ID!' to be provided."),
    ],
)
async def test_what_cannot_be_followed_is_told_in_the_stream(http, database, query, message):
    async with streamed(http, query) as client:
        name, body = await client.event()
        assert (name, body.keys()) == ("next", {"errors"})
        assert message in body["errors"][0]["message"]
        assert body["errors"][0]["extensions"]["requestId"] == client.response.headers["x-request-id"]
        assert await client.rest() == b"event: complete\ndata:\n\n"
    async with streamed(http, query, accept=MULTIPART) as client:
        await client.until(b"\r\n--graphql")
        assert message in (await client.part())["payload"]["errors"][0]["message"]
        assert await client.rest() == b"--\r\n"


async def test_a_bug_in_a_stream_is_masked_and_ends_it(http, gateways, followed, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("secret text")

    monkeypatch.setattr("services.follow_production_status.present_changes", broken)
    _, token, variables = followed
    async with streamed(http, ONE, variables, token=token) as client:
        body = await client.rest()
    assert b'"code":"INTERNAL"' in body
    assert b"secret" not in body
    assert body.endswith(b"event: complete\ndata:\n\n")


@pytest.mark.parametrize("accept", [EVENT_STREAM, MULTIPART])
async def test_who_goes_is_followed_for_no_longer(http, gateways, followed, runs, accept):
    _, token, variables = followed
    async with streamed(http, ONE, variables, token=token, accept=accept) as client:
        await client.until(b"QUEUED")
        assert runs.stops == [0]
    await runs.all_stopped(1)


async def end_token(token, change, clock):
    row = models.AccessToken.filter(token_hash=token_hash(token))
    if change == "deleted":
        await row.delete()
    else:
        await row.update(**{change: clock.now() - timedelta(seconds=1)})


@pytest.mark.parametrize("change", slow_after(1, ["revoked_at", "deleted"]))
async def test_who_is_not_welcome_any_more_is_told_so_in_events(http, clock, followed, runs, change):
    _, token, variables = followed
    async with streamed(http, ONE, variables, token=token) as client:
        await client.event()
        await end_token(token, change, clock)
        began = time.monotonic()
        name, body = await client.event()
        assert time.monotonic() - began < 2
        assert name == "next"
        code = {"code": "UNAUTHENTICATED", "requestId": client.response.headers["x-request-id"]}
        assert body == {"errors": [{"message": NOT_SIGNED_IN, "extensions": code}]}
        assert await client.rest() == b"event: complete\ndata:\n\n"
    await runs.all_stopped(1)


async def test_an_expired_token_cuts_events_so_that_the_client_comes_with_another(
    http, clock, followed, runs
):
    _, token, variables = followed
    async with streamed(http, ONE, variables, token=token) as client:
        await client.event()
        await end_token(token, "expires_at", clock)
        began = time.monotonic()
        with pytest.raises(httpx.RemoteProtocolError):
            await client.rest()
        assert time.monotonic() - began < 2
    await runs.all_stopped(1)


@pytest.mark.parametrize("change", slow_after(1, ["expires_at", "revoked_at", "deleted"]))
async def test_parts_end_with_the_reason(http, clock, followed, change):
    _, token, variables = followed
    async with streamed(http, ONE, variables, token=token, accept=MULTIPART) as client:
        await client.until(b"\r\n--graphql")
        await client.part()
        await end_token(token, change, clock)
        began = time.monotonic()
        last = await client.part()
        assert time.monotonic() - began < 2
        code = {"code": "UNAUTHENTICATED", "requestId": client.response.headers["x-request-id"]}
        assert last == {"payload": None, "errors": [{"message": NOT_SIGNED_IN, "extensions": code}]}
        assert await client.rest() == b"--\r\n"


async def test_a_stopping_server_cuts_its_streams_at_once(settings, gateways, followed, runs):
    """Not with an end that would tell the client that all is told, and not after uvicorn's patience."""
    _, token, variables = followed
    own = settings.model_copy(update={"port": free_ports(1)[0]})
    api = api_server(create_app(own, gateways, None), own)
    serving = asyncio.create_task(api.serve())
    await started(api)
    async with (
        httpx.AsyncClient(base_url=f"http://{own.host}:{own.port}", timeout=20) as http,
        streamed(http, ONE, variables, token=token) as events,
        streamed(http, ONE, variables, token=token, accept=MULTIPART) as parts,
    ):
        await events.event()
        await parts.until(b"QUEUED")
        api.should_exit = True
        began = time.monotonic()
        for client in (events, parts):
            with pytest.raises(httpx.RemoteProtocolError):
                await client.rest()
        await asyncio.wait_for(serving, 20)
        assert time.monotonic() - began < 2
    await runs.all_stopped(2)
