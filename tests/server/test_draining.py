"""How a server ends that is told to stop."""

import asyncio

import pytest
from starlette.applications import Starlette

from embedded.ports import free_ports
from server.draining import Draining
from server.serve import api_server
from server.settings import Settings
from tests.conftest import started


@pytest.fixture
async def api():
    draining = Draining()
    api = api_server(Starlette(), Settings(port=free_ports(1)[0], drain_seconds=600), draining)
    serving = asyncio.create_task(api.serve())
    await started(api)
    api.should_exit = True
    await asyncio.wait_for(draining.begun(), 20)
    yield serving, api
    serving.cancel()


async def test_it_serves_on_until_it_is_told_again(api):
    serving, server = api
    assert all(each.is_serving() for each in server.servers)
    # As by a second SIGINT.
    server.force_exit = True
    await asyncio.wait_for(serving, 20)
    assert not any(each.is_serving() for each in server.servers)
