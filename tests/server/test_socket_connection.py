"""What a socket does with its operations, its readers and its end, on the wire."""

import asyncio
import gc
import socket
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import orjson
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from embedded.ports import free_ports
from server.transport_ws import TransportEndpoint, uvicorn_protocol
from server.transport_ws.connection import Connection
from server.transport_ws.frames import FrameInvalid, read_frame
from server.transport_ws.operation import Operation
from server.transport_ws.outbox import MAX_WAITING_BYTES
from tests.live_client import PROTOCOL, LiveClient, live_client
from tests.socket_server import socket_server
from tests.waiting import until

SMALL_BUFFER = 8 * 1024


@pytest.fixture
async def stage(settings):
    async with socket_server(settings) as stage:
        yield stage


@asynccontextmanager
async def slow_client(stage):
    """Signed in and subscribed, with little room in its kernel; it reads nothing until it is told to."""
    host, port = stage.origin.removeprefix("http://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
    async with connect(
        f"ws://{host}:{port}/graphql", sock=raw, subprotocols=[PROTOCOL], compression=None, max_queue=None
    ) as reader:
        client = LiveClient(reader)
        await client.sign_in()
        await client.subscribe("1", "subscription { a }")
        await stage.begun(1)
        reader.transport.pause_reading()
        yield client
        reader.transport.abort()


def outbox_of(operation):
    return operation.sink._outbox


def fill(operation):
    """Send until the transport takes no more and a frame waits; how many were sent."""
    sent = 0
    while not outbox_of(operation)._waiting:
        assert not operation.stops
        assert sent < 10_000
        operation.sink.next(orjson.dumps({"data": sent, "room": "x" * 4000}))
        sent += 1
    return sent


async def received_until_closed(client):
    frames = []
    with suppress(ConnectionClosed):
        async for frame in client.socket:
            frames.append(orjson.loads(frame))
    return frames


@pytest.mark.parametrize(
    "known_by",
    [
        {"documentId": "sha256:00"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}},
        {"query": "{ a }"},
        {"query": "{ a }", "variables": None, "extensions": None, "operationName": None},
    ],
)
def test_an_operation_is_known_by_its_text_or_by_another_name(known_by):
    request = read_frame(orjson.dumps({"id": "1", "type": "subscribe", "payload": known_by}).decode()).request
    assert (request.query, request.document_id, request.extensions, request.variables) == (
        known_by.get("query"),
        known_by.get("documentId"),
        known_by.get("extensions") or {},
        {},
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({}, "The query of subscribe must be a string"),
        ({"documentId": ""}, "The query of subscribe must be a string"),
        ({"extensions": {"other": 1}}, "The query of subscribe must be a string"),
        ({"query": 5, "documentId": "sha256:00"}, "The query of subscribe must be a string"),
        ({"documentId": 5}, "The documentId of subscribe must be a string"),
        ({"query": "{ a }", "operationName": 5}, "The operationName of subscribe must be a string"),
        ({"query": "{ a }", "variables": []}, "The variables of subscribe must be an object"),
    ],
)
def test_what_names_no_operation_is_refused(payload, reason):
    with pytest.raises(FrameInvalid, match=reason):
        read_frame(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())


async def test_what_is_asked_reaches_the_operation_whole(stage):
    asked = {
        "documentId": "sha256:00",
        "operationName": "A",
        "variables": {"x": 1},
        "extensions": {"clientLibrary": {"name": "any"}},
    }
    async with live_client(stage.origin) as client:
        await client.sign_in()
        await client.send({"id": "1", "type": "subscribe", "payload": asked})
        request = (await stage.begun(1)).request
    assert (request.query, request.document_id, request.operation_name) == (None, "sha256:00", "A")
    assert (request.variables, request.extensions) == (asked["variables"], asked["extensions"])


async def test_an_answer_given_while_the_operation_starts_ends_it(stage):
    def answer(operation):
        operation.sink.next(b'{"data":{"a":1}}')
        operation.sink.complete()
        operation.sink.next(b'{"data":{"a":2}}')
        operation.sink.complete()
        operation.sink.error([{"message": "late"}])

    stage.begin = answer
    async with live_client(stage.origin) as client:
        await client.sign_in()
        for _ in range(2):
            await client.subscribe("1", "{ a }")
            assert await client.next("1") == {"a": 1}
            assert await client.receive() == {"id": "1", "type": "complete"}


async def test_nothing_of_a_completed_operation_is_sent_and_it_is_stopped_once(stage):
    async with live_client(stage.origin) as client:
        await client.sign_in()
        await client.subscribe("1", "subscription { a }")
        first = await stage.begun(1)
        await client.send({"id": "1", "type": "complete"})
        await client.subscribe("1", "subscription { b }")
        await stage.begun(2)
        first.sink.next(b'{"data":{"a":1}}')
        first.sink.complete()
        first.sink.lag()
        stage.operations[1].sink.next(b'{"data":{"b":1}}')
        assert await client.next("1") == {"b": 1}
    await stage.deserted()
    assert [operation.stops for operation in stage.operations] == [1, 1]


async def test_a_failing_start_closes_with_1011(stage):
    def fail(operation):
        raise ZeroDivisionError

    stage.begin = fail
    async with live_client(stage.origin) as client:
        await client.sign_in()
        with capture_logs() as logs:
            await client.subscribe("1", "{ a }")
            assert await client.closed() == (1011, "Internal error")
    assert [line["event"] for line in logs] == ["socket failed"]


async def test_an_operation_that_lags_closes_with_1013(stage):
    async with live_client(stage.origin) as client:
        await client.sign_in()
        await client.subscribe("1", "subscription { a }")
        (await stage.begun(1)).sink.lag()
        assert await client.closed() == (1013, "Too slow; continue after the last cursor")
    await stage.deserted()
    assert stage.operations[0].stops == 1
    assert not stage.watching


async def test_an_answer_of_more_than_may_wait_comes_whole(stage):
    text = "x" * 3 * MAX_WAITING_BYTES
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        operation.sink.next(orjson.dumps({"data": text}))
        operation.sink.complete()
        client.socket.transport.resume_reading()
        assert await client.next("1") == text
        assert await client.receive() == {"id": "1", "type": "complete"}


async def test_a_slow_reader_gets_every_transition_and_the_newest_ticks(stage):
    subjects = [UUID(int=number) for number in range(2)]
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        sent = fill(operation)
        for number in range(1000):
            operation.sink.next(orjson.dumps({"data": [number]}), subjects[number % 2])
        operation.sink.next(b'{"data":"transition"}')
        operation.sink.next(b'{"data":"tick"}', subjects[0])
        assert len(outbox_of(operation)._waiting) == 4
        client.socket.transport.resume_reading()
        told = [await client.next("1") for _ in range(sent + 3)]
    assert told == [*range(sent), [999], "transition", "tick"]


async def test_who_tells_a_long_past_is_held_up_by_its_reader(stage):
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        sent = fill(operation)
        told = asyncio.create_task(operation.sink.writable())
        await asyncio.sleep(0.05)
        assert not told.done()
        client.socket.transport.resume_reading()
        await asyncio.wait_for(told, 20)
        assert outbox_of(operation).is_idle
        assert [await client.next("1") for _ in range(sent)] == list(range(sent))


async def test_no_more_than_the_bound_waits_for_who_does_not_read(stage):
    async with slow_client(stage) as client:
        operation = stage.operations[0]
        wire, held = outbox_of(operation)._wire, 0
        while not operation.stops:
            waiting = sum(map(len, outbox_of(operation)._waiting.values()))
            held = max(held, waiting + wire.overhang)
            operation.sink.next(orjson.dumps({"data": "x" * 4000}))
        assert MAX_WAITING_BYTES - 5000 < held <= MAX_WAITING_BYTES
        client.socket.transport.resume_reading()
        await received_until_closed(client)
        assert await client.closed() == (1013, "Too slow; continue after the last cursor")


async def test_who_does_not_read_the_close_frame_either_is_cut_off(stage, monkeypatch):
    monkeypatch.setattr(uvicorn_protocol, "LINGER_SECONDS", 0.1)
    async with slow_client(stage):
        operation = stage.operations[0]
        fill(operation)
        operation.sink.lag()
        await stage.deserted()


CLIENTS_CLOSE = b"\x88\x80\x00\x00\x00\x00"
UNMASKED = b"\x81\x00"


@pytest.mark.parametrize(
    "end",
    [
        lambda protocol: protocol.data_received(CLIENTS_CLOSE),
        lambda protocol: protocol.data_received(UNMASKED),
        lambda protocol: protocol.keepalive_timeout(),
        lambda protocol: protocol.shutdown(),
        lambda protocol: protocol.close(4400, "bad"),
        lambda protocol: protocol.transport.abort(),
    ],
    ids=["client", "no frame", "no pong", "shutdown", "ours", "cut"],
)
async def test_nothing_is_written_behind_a_close_frame(stage, monkeypatch, end):
    """The operation goes on in the very turn of the loop in which the socket closes, and after."""
    monkeypatch.setattr(uvicorn_protocol, "LINGER_SECONDS", 0.2)
    loop, received = asyncio.get_running_loop(), b""
    async with slow_client(stage) as client:
        raw = client.socket.transport.get_extra_info("socket").dup()
        operation = stage.operations[0]
        (protocol,) = stage.api.server_state.connections
        # A transport that has nothing to write any more takes nothing once it is closed.
        while not protocol.transport.get_write_buffer_size():
            operation.sink.next(orjson.dumps({"data": "before", "room": "x" * 4000}))
        assert outbox_of(operation).is_idle
        end(protocol)
        operation.sink.next(b'{"data":"late"}')
        await asyncio.sleep(0)
        operation.sink.next(b'{"data":"late"}')
        with suppress(ConnectionResetError):
            while part := await asyncio.wait_for(loop.sock_recv(raw, 100_000), 20):
                received += part
        raw.close()
    assert b"before" in received
    assert b"late" not in received


async def test_a_right_that_ends_takes_what_waits_with_it(stage):
    from server.graphql_socket import closing_for
    from services.access_tokens import CredentialProblem

    async with slow_client(stage) as client:
        fill(stage.operations[0])
        for _ in range(20):
            stage.operations[0].sink.next(b'{"data":"secret"}')
        (close,) = stage.watching
        close(closing_for(CredentialProblem.REVOKED))
        client.socket.transport.resume_reading()
        frames = await received_until_closed(client)
        assert await client.closed() == (4401, "The access token is unknown or revoked")
    assert "secret" not in [frame["payload"]["data"] for frame in frames]


async def test_a_stopping_server_sends_what_waits_and_1012(settings):
    async with socket_server(settings) as stage, slow_client(stage) as client:
        operation = stage.operations[0]
        sent = fill(operation)
        stage.api.should_exit = True

        async def is_stopped():
            return operation.stops == 1

        await until(is_stopped)
        operation.sink.next(b'{"data":"after the end"}')
        client.socket.transport.resume_reading()
        frames = await received_until_closed(client)
        assert [frame["payload"]["data"] for frame in frames] == list(range(sent))
        assert await client.closed() == (1012, "")


def living():
    gc.collect()
    parts = (Connection, Operation, uvicorn_protocol.WireProtocol)
    return [each for each in gc.get_objects() if isinstance(each, parts)]


async def test_a_socket_that_is_cut_leaves_nothing_behind(stage):
    before = living()
    async with slow_client(stage) as client:
        fill(stage.operations[0])
        assert len(living()) == len(before) + 3
        client.socket.transport.abort()
    await stage.deserted()
    assert stage.operations[0].stops == 1
    assert not stage.watching
    stage.operations.clear()
    assert len(living()) == len(before)


async def test_another_server_than_ours_refuses_and_says_why():
    [port] = free_ports(1)
    app = Starlette(routes=[WebSocketRoute("/graphql", TransportEndpoint([]))])
    other = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning"))
    task = asyncio.create_task(other.serve())

    async def is_started():
        return other.started

    await until(is_started)
    with capture_logs() as logs, pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[PROTOCOL]):
            pass
    assert refused.value.response.status_code == 403
    assert [line["log_level"] for line in logs] == ["error"]
    assert "server.serve.api_server" in logs[0]["event"]
    other.should_exit = True
    await task
