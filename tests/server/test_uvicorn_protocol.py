"""What server.transport_ws.uvicorn_protocol stands on. When one of these fails after an upgrade, read the new
uvicorn or websockets beside WireProtocol before anything else."""

import asyncio
import hashlib
import inspect

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.protocol import Protocol, Side, State

from server.transport_ws.uvicorn_protocol import WireProtocol

REVIEWED = "0bbcec98938432f7"


async def nothing(scope, receive, send): ...


def made(**settings):
    config = uvicorn.Config(nothing, lifespan="off", ws=WireProtocol, **settings)
    config.load()
    return WireProtocol(config, ServerState(), {})


def test_uvicorns_protocol_is_the_one_that_was_read():
    source = inspect.getsource(WebSocketsSansIOProtocol)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == REVIEWED


async def test_the_parts_of_uvicorn_that_are_used_are_there():
    protocol = made(ws_per_message_deflate=False)
    parts = {
        "close_sent": bool,
        "close_timer": type(None),
        "disconnected": bool,
        "handshake_complete": bool,
        "handshake_initiated": bool,
        "read_paused": bool,
        "loop": asyncio.AbstractEventLoop,
    }
    for name, kind in parts.items():
        assert isinstance(getattr(protocol, name), kind), name
    for name in (
        "connection_lost",
        "eof_received",
        "handle_connect",
        "handle_ping",
        "keepalive_timeout",
        "on_task_complete",
        "pause_writing",
        "resume_writing",
        "shutdown",
    ):
        assert callable(getattr(WebSocketsSansIOProtocol, name)), name
    # Whatever else it did with its queue, Mailbox would have to do.
    used = set(inspect.getsource(WebSocketsSansIOProtocol).split("self.queue.")[1:])
    assert {part.split("(")[0] for part in used} == {"put_nowait", "get", "empty"}


def test_websockets_state_tells_of_every_way_to_close():
    sent, failed, received = (Protocol(Side.SERVER) for _ in range(3))
    assert sent.state is State.OPEN
    sent.send_close(1000)
    failed.fail(1011)
    received.receive_data(b"\x88\x80\x00\x00\x00\x00")
    assert [each.state for each in (sent, failed, received)] == [State.CLOSING] * 3


async def test_compression_is_refused():
    with pytest.raises(RuntimeError, match="ws_per_message_deflate=False"):
        made(ws_per_message_deflate=True)
