import pytest

from tests.socket_server import socket_server


@pytest.fixture
async def stage(settings):
    """A server of its own, whose WebSocket operations the test carries out by hand."""
    async with socket_server(settings) as stage:
        yield stage
