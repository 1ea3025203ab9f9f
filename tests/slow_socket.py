"""A client that does not read, and operations that send to it all the same."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.live_client import PROTOCOL, LiveClient

SMALL_BUFFER = 8 * 1024


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
