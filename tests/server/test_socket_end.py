"""How a socket ends, and what it leaves, on the wire."""

import asyncio
import gc
from contextlib import suppress

import orjson
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from embedded.ports import free_ports
from server.graphql_socket import closing_for
from server.transport_ws import TransportEndpoint, uvicorn_protocol
from server.transport_ws.connection import Connection
from server.transport_ws.operation import Operation
from server.transport_ws.outbox import MAX_WAITING_BYTES
from services.access_tokens import CredentialProblem
from tests.live_client import PROTOCOL
from tests.slow_socket import fill, outbox_of, received_until_closed, slow_client
from tests.socket_server import socket_server
from tests.waiting import until


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


@pytest.mark.slow
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
