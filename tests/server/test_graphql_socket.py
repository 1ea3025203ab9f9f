"""graphql-transport-ws on the wire: what the reference server of the protocol does, and our limits."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

import models
from models.statuses import ProductionStatus, SpaceVisibility
from server.transport_ws import connection as transport
from server.transport_ws import endpoint
from server.transport_ws.outbox import MAX_WAITING_BYTES
from services.access_tokens import token_hash
from tests.factories import id_of, make_production, make_space, make_token, make_user
from tests.live_client import PROTOCOL, live_client
from tests.waiting import until

ONE = "subscription ($id: ID!) { productionStatusChanged(id: $id) { status production { title } } }"
VIEWER = "{ viewer { name } }"


def address(server):
    return server.replace("http", "ws", 1) + "/graphql"


async def test_without_the_subprotocol_it_closes_with_4406(server, gateways):
    async with connect(address(server)) as client:
        await client.wait_closed()
        assert (client.close_code, client.close_reason) == (4406, "Subprotocol not acceptable")


async def test_a_page_of_another_site_is_not_let_in(server, gateways):
    with pytest.raises(InvalidStatus) as refused:
        async with connect(address(server), subprotocols=[PROTOCOL], origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_who_says_nothing_is_closed_with_4408(server, gateways, monkeypatch):
    monkeypatch.setattr(transport, "INIT_SECONDS", 0.05)
    async with live_client(server) as client:
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_a_second_init_closes_with_4429(server, gateways):
    async with live_client(server) as client:
        await client.sign_in()
        await client.send({"type": "connection_init"})
        assert await client.closed() == (4429, "Too many initialisation requests")


async def test_who_has_not_signed_in_asks_in_vain(server, gateways):
    async with live_client(server) as client:
        await client.subscribe("1", VIEWER)
        assert await client.closed() == (4401, "Unauthorized")


async def test_an_id_in_use_closes_with_4409(server, gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("1", ONE, {"id": id_of(production)})
        await client.next("1")
        await client.subscribe("1", VIEWER)
        assert await client.closed() == (4409, "Subscriber for 1 already exists")


async def test_a_completed_id_is_free_again(server, gateways):
    owner = await make_user("Ada")
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        for _ in range(3):
            await client.subscribe("1", ONE, {"id": id_of(production)})
            await client.next("1")
            await client.send({"id": "1", "type": "complete"})
        await client.subscribe("1", VIEWER)
        assert await client.next("1") == {"viewer": {"name": "Ada"}}


async def test_a_ping_is_answered_with_its_payload(server, gateways):
    async with live_client(server) as client:
        await client.send({"type": "ping", "payload": {"at": 5}})
        assert await client.receive() == {"type": "pong", "payload": {"at": 5}}
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}
        await client.send({"type": "pong"})
        await client.sign_in()


@pytest.mark.parametrize("frame", [b"{}", orjson.dumps({"type": "ping"})], ids=["empty", "ping"])
async def test_a_binary_message_closes_with_4400(server, gateways, frame):
    async with live_client(server) as client:
        await client.send(frame)
        assert await client.closed() == (4400, "A message must be text")


@pytest.mark.parametrize(
    "query", ["{ viewer {", "{ nobody }", "query A { viewer { id } } query B { viewer { id } }"]
)
async def test_one_operations_mistake_leaves_its_siblings_alone(server, gateways, query):
    owner = await make_user("Ada")
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("wrong", query)
        frame = await client.receive()
        assert (frame["id"], frame["type"]) == ("wrong", "error")
        assert [error["extensions"]["code"] for error in frame["payload"]] == ["BAD_REQUEST"]
        await client.subscribe("right", VIEWER)
        assert await client.next("right") == {"viewer": {"name": "Ada"}}


async def test_what_no_variable_asks_for_does_no_harm(server, gateways):
    owner = await make_user()
    production = await make_production(owner)
    query = f'subscription {{ productionStatusChanged(id: "{id_of(production)}") {{ sequence }} }}'
    deep = orjson.Fragment(b'{"a":' * 300 + b"1" + b"}" * 300)
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("1", query, {"unasked": deep})
        assert await client.next("1") == {"productionStatusChanged": {"sequence": 1}}


async def test_each_operation_reads_anew(server, gateways):
    owner = await make_user("Ada")
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("1", VIEWER)
        assert await client.next("1") == {"viewer": {"name": "Ada"}}
        await client.receive()
        await models.User.filter(id=owner.id).update(name="Grace")
        await client.subscribe("2", VIEWER)
        assert await client.next("2") == {"viewer": {"name": "Grace"}}


async def test_there_is_a_limit_of_operations(server, gateways, monkeypatch):
    monkeypatch.setattr(transport, "MAX_OPERATIONS", 2)
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        for number in ("1", "2"):
            await client.subscribe(number, ONE, {"id": id_of(production)})
            await client.next(number)
        await client.subscribe("3", ONE, {"id": id_of(production)})
        frame = await client.receive()
    [error] = frame.pop("payload")
    assert frame == {"id": "3", "type": "error"}
    assert len(error["extensions"].pop("requestId")) == 16
    assert error == {
        "message": "A connection runs at most 2 operations at once.",
        "extensions": {"code": "TOO_MANY_OPERATIONS"},
    }


async def test_a_flood_of_messages_closes_with_1008(server, gateways, monkeypatch):
    monkeypatch.setattr(transport, "MESSAGES_AT_ONCE", 5.0)
    monkeypatch.setattr(transport, "MESSAGES_PER_SECOND", 0.0)
    async with live_client(server) as client:
        for _ in range(6):
            await client.send({"type": "pong"})
        assert await client.closed() == (1008, "Too many messages")


@pytest.mark.parametrize(
    ("change", "closing"),
    [
        ("expires_at", (4403, "The access token has expired")),
        ("revoked_at", (4401, "The access token is unknown or revoked")),
        (None, (4401, "The access token is unknown or revoked")),
    ],
    ids=["expired", "revoked", "deleted"],
)
async def test_a_credential_that_ends_ends_its_streams_within_two_seconds(
    server, gateways, clock, change, closing
):
    owner = await make_user()
    token = await make_token(owner)
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    row = models.AccessToken.filter(token_hash=token_hash(token))
    async with live_client(server) as client:
        await client.sign_in(token)
        await client.subscribe("1", ONE, {"id": id_of(production)})
        await client.next("1")
        if change is None:
            await row.delete()
        else:
            await row.update(**{change: clock.now() - timedelta(seconds=1)})
        began = time.monotonic()
        assert await client.closed() == closing
        assert time.monotonic() - began < 2
        await client.socket.close()


async def test_an_expired_token_closes_with_4403_at_once(server, gateways, clock):
    token = await make_token(await make_user())
    await models.AccessToken.filter(token_hash=token_hash(token)).update(
        expires_at=clock.now() - timedelta(days=1)
    )
    async with live_client(server) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert await client.closed() == (4403, "The access token has expired")


async def test_a_client_that_does_not_read_is_closed_with_1013(server, gateways, monkeypatch):
    """34 MB of answers are asked for and none is read: the server lets go of the socket long before it has
    them all, and nobody else notices."""
    await make_space(await make_user(), slug="wordy", visibility=SpaceVisibility.PUBLIC)
    await models.Space.filter(slug="wordy").update(description="x" * 2000)
    let_go = asyncio.Event()
    waiting = []

    class Watched(transport.Connection):
        def close(self, closing):
            waiting.extend(self.outbox._waiting.values())
            super().close(closing)
            let_go.set()

    monkeypatch.setattr(endpoint, "Connection", Watched)
    query = '{ space(slug: "wordy") { ' + " ".join(f"a{n}: description" for n in range(59)) + " } }"
    async with connect(address(server), subprotocols=[PROTOCOL], compression=None) as slow:
        await slow.send(orjson.dumps({"type": "connection_init"}).decode())
        assert orjson.loads(await slow.recv()) == {"type": "connection_ack"}
        slow.transport.pause_reading()
        for number in range(280):
            frame = {"id": str(number), "type": "subscribe", "payload": {"query": query}}
            await slow.send(orjson.dumps(frame).decode())
        await asyncio.wait_for(let_go.wait(), 20)
        # Frames of 118 KB, each of which counts as a quarter of the bound.
        assert sum(min(len(frame), MAX_WAITING_BYTES // 4) for frame in waiting) <= MAX_WAITING_BYTES
        assert waiting
        async with live_client(server) as other:
            await other.sign_in()
            await other.subscribe("1", VIEWER)
            assert await other.next("1") == {"viewer": None}
        slow.transport.resume_reading()
        with suppress(ConnectionClosedError):
            async for _ in slow:
                pass
        assert (slow.close_code, slow.close_reason) == (1013, "Too slow; continue after the last cursor")


async def test_a_socket_that_is_cut_is_followed_by_nobody(server, gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    before = gateways.credentials.count, gateways.hub.followers
    async with live_client(server) as client:
        await client.sign_in(await make_token(owner))
        await client.subscribe("1", ONE, {"id": id_of(production)})
        await client.next("1")
        assert (gateways.credentials.count, gateways.hub.followers) == (before[0] + 1, before[1] + 1)
        client.socket.transport.abort()

    async def is_forgotten():
        return (gateways.credentials.count, gateways.hub.followers) == before

    await until(is_forgotten)


async def test_two_sockets_of_one_token_both_end_with_it(server, gateways):
    token = await make_token(await make_user())
    async with live_client(server) as first, live_client(server) as second, live_client(server) as third:
        for client in (first, second):
            await client.sign_in(token)
        await third.sign_in(await make_token(await make_user()))
        async with live_client(server) as gone:
            await gone.sign_in(token)
        await models.AccessToken.filter(token_hash=token_hash(token)).delete()
        for client in (first, second):
            assert await client.closed() == (4401, "The access token is unknown or revoked")
        await third.subscribe("1", "{ __typename }")
        assert await third.next("1") == {"__typename": "Query"}
