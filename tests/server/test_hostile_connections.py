"""Connections that mean no good, byte by byte: none of them costs more than a little, or stays for ever."""

import asyncio
import base64
import os
from contextlib import asynccontextmanager

import pytest

from server.settings import Settings
from server.transport_http import heads
from server.transport_ws import uvicorn_protocol
from tests.socket_server import socket_server
from tests.waiting import until

UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n"
    b"sec-websocket-key: " + base64.b64encode(bytes(16)) + b"\r\n"
)
MIB = 1024 * 1024


@pytest.fixture
async def stage():
    async with socket_server(Settings()) as stage:
        yield stage


@asynccontextmanager
async def connected(stage):
    port = int(stage.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer(reader):
    """All that comes until the server closes."""
    return await asyncio.wait_for(reader.read(), 20)


def masked(opcode, payload):
    """A client's frame, masked by zeros."""
    return bytes((0x80 | opcode, 0x80 | len(payload))) + bytes(4) + payload


def held(stage):
    """What the server holds to be sent, on its only connection."""
    (connection,) = stage.api.server_state.connections
    return connection.transport.get_write_buffer_size()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (b"".join(b"x-%d: y\r\n" % number for number in range(200)), b"HTTP/1.1 431 "),
        (b"cookie: " + b"c" * 9000 + b"\r\n", b"HTTP/1.1 431 "),
        (b"content-length: 5\r\n", b""),
    ],
)
async def test_a_handshake_that_is_not_read_is_closed(stage, more, status):
    async with connected(stage) as (reader, writer):
        writer.write(UPGRADE + more + b"\r\n")
        told = await answer(reader)
        assert told.startswith(status)
        assert bool(told) == bool(status)
    await stage.deserted()


@pytest.mark.parametrize("part", [b"a", b"x: y\r\n"])
async def test_a_head_without_end_is_refused(stage, part):
    async with connected(stage) as (reader, writer):
        writer.write(b"GET /graphql HTTP/1.1\r\nhost: x\r\nx: ")

        async def is_begun():
            return any(connection._reads_head for connection in stage.api.server_state.connections)

        await until(is_begun)
        # The last byte is the one too many: nothing is on its way when the connection is closed.
        writer.write((part * heads.MAX_HEAD_BYTES)[: heads.MAX_HEAD_BYTES])
        await writer.drain()
        writer.write(b"a")
        assert (await answer(reader)).startswith(b"HTTP/1.1 431 ")
    await stage.deserted()


async def test_a_long_body_before_the_next_head_is_not_counted(stage):
    async with connected(stage) as (reader, writer):
        length = 4 * heads.MAX_HEAD_BYTES
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length
        writer.write(head + b"b" * length + b"GET / HTTP/1.1\r\nhost:")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 404 ")
        await reader.readexactly(len("Not Found"))
        writer.write(b" x\r\nconnection: close\r\n\r\n")
        assert (await answer(reader)).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    ("begun", "told"), [(b"", b""), (b"GET / HTTP/1.1\r\nhost: ", b"HTTP/1.1 408 Request Timeout")]
)
async def test_a_head_that_does_not_come_is_not_waited_for(stage, begun, told, monkeypatch):
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.1)
    stage.api.config.timeout_keep_alive = 0.1
    async with connected(stage) as (reader, writer):
        writer.write(begun)
        assert (await answer(reader)).partition(b"\r\n")[0] == told
    await stage.deserted()


@pytest.mark.parametrize("rest", [b"b", b"\r\n"], ids=["of its body", "no request"])
async def test_what_comes_after_an_answer_and_ends_nowhere_is_not_waited_for(stage, rest):
    stage.api.config.timeout_keep_alive = 0.1
    length = 2 if rest == b"b" else 0
    async with connected(stage) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length)
        assert (await reader.readuntil(b"\r\n\r\nNot Found")).startswith(b"HTTP/1.1 404 ")
        writer.write(rest)
        assert await answer(reader) == b""
    await stage.deserted()


async def test_a_socket_is_kept_however_its_connection_began(stage):
    stage.api.config.timeout_keep_alive = 0.1
    async with connected(stage) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\nNot Found")
        writer.write(UPGRADE + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        await asyncio.sleep(0.3)
        writer.write(masked(1, b'{"type":"ping"}'))
        assert b"pong" in await asyncio.wait_for(reader.read(100), 20)


async def test_a_head_that_came_is_waited_for_no_more(stage, monkeypatch):
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.1)
    async with connected(stage) as (reader, writer):
        writer.write(UPGRADE + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
        writer.write(masked(1, b'{"type":"ping"}'))
        assert b"pong" in await asyncio.wait_for(reader.read(100), 20)


async def test_who_pings_and_does_not_read_costs_no_more(stage):
    async with connected(stage) as (reader, writer):
        writer.write(UPGRADE + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()
        pings = masked(9, b"p" * 120) * 8000
        for _ in range(8):
            writer.write(pings)
            await asyncio.wait_for(writer.drain(), 20)
        assert held(stage) < 2 * MIB
        writer.write(masked(9, b"last"))
        await writer.drain()
        writer.transport.resume_reading()
        told = b""
        while not told.endswith(b"\x8a\x04last"):
            told = (told + await asyncio.wait_for(reader.read(MIB), 20))[-100:]


@pytest.mark.slow
async def test_who_ends_its_half_and_does_not_read_is_cut_off(stage, monkeypatch):
    monkeypatch.setattr(uvicorn_protocol, "LINGER_SECONDS", 0.1)
    async with connected(stage) as (reader, writer):
        writer.write(UPGRADE + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(masked(1, b'{"type":"connection_init"}'))
        writer.write(masked(1, b'{"type":"subscribe","id":"1","payload":{"query":"{a}"}}'))
        operation = await stage.begun(1)
        writer.transport.pause_reading()

        async def is_stuck():
            operation.sink.next(b'"' + os.urandom(30_000).hex().encode() + b'"')
            return held(stage) > 0

        await until(is_stuck)
        writer.write_eof()
        await stage.deserted()
        assert operation.stops == 1
