"""A response that goes on, by itself: the ways in which it ends."""

import asyncio
import socket
import time
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from embedded.ports import free_ports
from server.serve import api_server
from server.transport_http import stream
from server.transport_http.encoding import ENCODINGS
from server.transport_http.negotiation import Format
from server.transport_http.outbox import MAX_WAITING_BYTES
from server.transport_http.stream import Farewell, StreamResponse
from tests.conftest import started
from tests.stream_client import StreamClient

PATIENCE = 20
ENDED = [{"message": "Over."}]


class Operation:
    """What is behind a response: the test speaks by its sink."""

    def __init__(self):
        self.stopped = asyncio.Event()
        self.ready = asyncio.Event()
        self.is_watched = True

    def stop(self):
        self.stopped.set()

    def start(self, sink):
        self.sink = sink
        self.ready.set()
        return self

    def watch(self, end):
        self.end = end

        def stop():
            self.is_watched = False

        return stop


class Served:
    """A server of one such response, which it gives as soon as the gate is open."""

    def __init__(self, settings, format):
        self.operation = Operation()
        self.asked, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self._response = StreamResponse(ENCODINGS[format], self.operation.start, self.operation.watch)
        self.own = settings.model_copy(update={"port": free_ports(1)[0]})
        # Starlette takes an object, unlike a function, for an ASGI application.
        self._api = api_server(Starlette(routes=[Route("/", self)]), self.own)

    @property
    def origin(self):
        return f"http://{self.own.host}:{self.own.port}"

    async def __call__(self, scope, receive, send):
        self.asked.set()
        await self.gate.wait()
        await self._response(scope, receive, send)

    async def start(self):
        self._serving = asyncio.create_task(self._api.serve())
        await started(self._api)

    async def stop(self):
        self._api.should_exit = True
        await self._serving

    @property
    def connections(self):
        return self._api.server_state.connections

    async def stops_listening(self):
        async with asyncio.timeout(PATIENCE):
            while any(server.is_serving() for server in self._api.servers):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@asynccontextmanager
async def responding(settings, format=Format.EVENT_STREAM):
    served = Served(settings, format)
    await served.start()
    try:
        yield served
    finally:
        await served.stop()


@asynccontextmanager
async def reading(served):
    async with (
        httpx.AsyncClient(base_url=served.origin, timeout=PATIENCE) as http,
        http.stream("GET", "/") as response,
    ):
        yield StreamClient(response)


@asynccontextmanager
async def not_reading(served):
    """A client with a small window that asks and then reads nothing until told to."""
    with socket.socket() as bare:
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        bare.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(bare, (served.own.host, served.own.port))
        await loop.sock_sendall(bare, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        yield bare


async def read_all(bare):
    """Everything until the connection ends, by whichever kind of end."""
    loop, body = asyncio.get_running_loop(), b""
    try:
        async with asyncio.timeout(PATIENCE):
            while chunk := await loop.sock_recv(bare, 1 << 20):
                body += chunk
    except ConnectionResetError:
        pass
    return body


async def fill(sink):
    """Tell so much that the kernel takes no more, and something waits."""
    async with asyncio.timeout(PATIENCE):
        while sink.outbox.waiting_bytes < MAX_WAITING_BYTES // 2:
            sink.next(orjson.dumps("x" * 50_000))
            await asyncio.sleep(0.001)
    assert not sink.ended.done()


async def test_heartbeats_come_while_there_is_nothing_to_tell(settings, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    async with responding(settings) as served, reading(served) as client:
        operation = served.operation
        assert [await client.until(b"\n\n") for _ in range(4)] == [b":"] * 4
        operation.sink.next(b"{}")
        assert await client.event() == ("next", {})
        operation.sink.complete()
        assert (await client.rest()).endswith(b"event: complete\ndata:\n\n")


async def test_heartbeats_of_parts_are_empty_ones(settings, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    async with responding(settings, Format.MULTIPART) as served, reading(served) as client:
        operation = served.operation
        assert await client.until(b"\r\n--graphql") == b""
        assert [await client.part() for _ in range(3)] == [{}] * 3
        operation.sink.next(b'{"data":1}')
        while (part := await client.part()) == {}:
            continue
        assert part == {"payload": {"data": 1}}


async def test_a_connection_is_good_for_another_request_after_a_complete_stream(settings):
    async with (
        responding(settings) as served,
        httpx.AsyncClient(base_url=served.origin, timeout=PATIENCE) as http,
    ):
        operation, connections = served.operation, set()
        for _ in range(2):
            operation.stopped.clear()
            async with http.stream("GET", "/") as response:
                connections.add(response.extensions["network_stream"].get_extra_info("client_addr"))
                operation.sink.complete()
                assert await StreamClient(response).rest() == b":\n\nevent: complete\ndata:\n\n"
            await asyncio.wait_for(operation.stopped.wait(), PATIENCE)
            assert operation.is_watched is False
        assert len(connections) == 1


async def test_a_refused_operation_is_a_result_of_errors_alone(settings):
    async with responding(settings) as served, reading(served) as client:
        operation = served.operation
        operation.sink.error(ENDED)
        assert await client.event() == ("next", {"errors": ENDED})
        assert await client.event() == ("complete", None)
        assert await client.rest() == b""


async def test_what_comes_after_the_end_is_not_told(settings):
    async with responding(settings) as served, reading(served) as client:
        operation = served.operation
        operation.sink.complete()
        operation.sink.next(b"{}")
        operation.sink.complete()
        operation.end(Farewell(ENDED, may_return=False))
        assert await client.rest() == b":\n\nevent: complete\ndata:\n\n"


async def test_a_client_that_goes_stops_the_operation(settings):
    async with responding(settings) as served:
        async with reading(served) as client:
            await client.until(b"\n\n")
            assert not served.operation.stopped.is_set()
        await asyncio.wait_for(served.operation.stopped.wait(), PATIENCE)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone has it")
async def test_a_client_that_is_gone_without_a_word_is_given_up_after_half_a_minute(settings):
    async with responding(settings) as served, reading(served) as client:
        await client.until(b"\n\n")
        (connection,) = served.connections
        peer = connection.transport.get_extra_info("socket")
        assert peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


async def test_a_client_that_does_not_read_is_cut_and_costs_no_more(settings):
    """More than the kernel's buffers hold is told to it; the rest is let go, and so is the connection."""
    async with responding(settings) as served, not_reading(served) as bare:
        operation = served.operation
        await asyncio.wait_for(operation.ready.wait(), PATIENCE)
        told, payload = 0, orjson.dumps({"data": "x" * 20_000})
        while not operation.sink.ended.done():
            operation.sink.next(payload)
            told += 1
            assert operation.sink.outbox.waiting_bytes <= MAX_WAITING_BYTES
            assert told < 2000
            await asyncio.sleep(0)
        await asyncio.wait_for(operation.stopped.wait(), PATIENCE)
        body = await read_all(bare)
        assert b"event: complete" not in body
        assert not body.endswith(b"0\r\n\r\n")
        assert body.count(b"event: next") < told


async def test_last_words_are_not_waited_for_when_nobody_reads(settings, monkeypatch):
    monkeypatch.setattr(stream, "CLOSING_SECONDS", 0.1)
    async with responding(settings) as served, not_reading(served) as bare:
        operation = served.operation
        await asyncio.wait_for(operation.ready.wait(), PATIENCE)
        await fill(operation.sink)
        operation.end(Farewell(ENDED, may_return=False))
        await asyncio.wait_for(operation.stopped.wait(), PATIENCE)
        assert not (await read_all(bare)).endswith(b"0\r\n\r\n")


async def test_a_client_that_does_not_read_does_not_hold_up_the_end_of_the_server(settings):
    async with responding(settings) as served, not_reading(served):
        await asyncio.wait_for(served.operation.ready.wait(), PATIENCE)
        await fill(served.operation.sink)
        began = time.monotonic()
        await served.stop()
        assert time.monotonic() - began < 2


async def test_a_stream_that_begins_while_the_server_stops_is_cut_too(settings):
    async with responding(settings) as served:
        served.gate.clear()
        async with httpx.AsyncClient(base_url=served.origin, timeout=PATIENCE) as http:
            asking = asyncio.create_task(http.get("/"))
            await asyncio.wait_for(served.asked.wait(), PATIENCE)
            stopping = asyncio.create_task(served.stop())
            await served.stops_listening()
            began = time.monotonic()
            served.gate.set()
            with pytest.raises(httpx.RemoteProtocolError):
                await asking
            await stopping
            assert time.monotonic() - began < 2
