"""What server.transport_http stands on. When one of these fails after an upgrade, read the new uvicorn beside
DirectProtocol, HeadLimitProtocol and StreamableProtocol before anything else."""

import asyncio
import hashlib
import inspect
import re
from collections.abc import Callable

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server, ServerState

from server.transport_http.connection import StreamableProtocol
from server.transport_http.direct import Exchange

REVIEWED = {
    FlowControl: "126debcdaa894c83",
    HttpToolsProtocol: "18fdf324b11bf160",
    RequestResponseCycle: "e67d470d435dcc1c",
    Server.on_tick: "60ea49b06ccf68c1",
}


@pytest.mark.parametrize("reviewed", REVIEWED, ids=lambda reviewed: reviewed.__qualname__)
def test_what_was_read_is_what_there_is(reviewed):
    source = inspect.getsource(reviewed)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == REVIEWED[reviewed]


def test_an_exchange_has_all_that_the_protocol_asks_of_a_cycle_that_it_did_not_make():
    asked = {}
    for name, method in inspect.getmembers(HttpToolsProtocol, inspect.isfunction):
        asked[name] = set(re.findall(r"(?:self\.|existing_)cycle\.(\w+)", inspect.getsource(method)))
    # They are called for a request that is not whole, which has a cycle of uvicorn's.
    of_its_own = {"on_body", "on_message_complete"}
    parts = set().union(*(found for name, found in asked.items() if name not in of_its_own))
    assert parts == {"disconnected", "keep_alive", "message_event", "response_complete"}
    assert all(hasattr(Exchange(keep_alive=True), part) for part in parts)


async def test_the_parts_of_uvicorn_that_are_used_are_there():
    async def nothing(scope, receive, send): ...

    config = uvicorn.Config(nothing, lifespan="off", http=StreamableProtocol)
    config.load()
    protocol = StreamableProtocol(config, ServerState(), {})
    parts = {
        "app": object,
        "cycle": type(None),
        "expect_100_continue": bool,
        "loop": asyncio.AbstractEventLoop,
        "tasks": set,
        "timeout_keep_alive": int,
        "timeout_keep_alive_handler": Callable,
        "timeout_keep_alive_task": type(None),
    }
    for name, kind in parts.items():
        assert isinstance(getattr(protocol, name), kind), name
    for name in ("get_http_version", "get_method", "should_keep_alive", "should_upgrade"):
        assert callable(getattr(protocol.parser, name)), name
    assert isinstance(ServerState().default_headers, list)
    assert isinstance(ServerState().total_requests, int)
