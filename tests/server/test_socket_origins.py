"""Which pages may open a socket in their visitor's name."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from embedded.ports import free_ports
from server.app import create_app
from server.serve import api_server
from tests.conftest import started
from tests.live_client import PROTOCOL


@pytest.fixture
async def address(settings, gateways):
    """A server that is reached as airdate.example, through a proxy that asks it by another name."""
    settings = settings.model_copy(
        update={
            "port": free_ports(1)[0],
            "public_url": "https://Airdate.example/",
            "allowed_origins": ["https://studio.example"],
        }
    )
    api = api_server(create_app(settings, gateways, None), settings)
    serving = asyncio.create_task(api.serve())
    await started(api)
    yield f"ws://{settings.host}:{settings.port}/graphql"
    api.should_exit = True
    await serving


async def status(address, origin):
    """That of the handshake."""
    try:
        async with connect(address, subprotocols=[PROTOCOL], origin=origin, compression=None) as socket:
            return socket.response.status_code
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_pages_of_ours_and_of_friends_are_let_in(address):
    same = address.replace("ws", "http", 1).removesuffix("/graphql")
    for origin in (None, same, "https://airdate.example", "https://studio.example"):
        assert await status(address, origin) == 101, origin


async def test_pages_of_strangers_are_not(address):
    strange = ["null", "http://airdate.example", "https://airdate.example.evil.example", "https://[", ""]
    for origin in strange:
        assert await status(address, origin) == 403, origin
