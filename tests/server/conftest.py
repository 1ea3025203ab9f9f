import asyncpg
import pytest

from tests.server.reading_connections import Opening
from tests.socket_server import socket_server


@pytest.fixture
async def stage(settings):
    """A server of its own, whose WebSocket operations the test carries out by hand."""
    async with socket_server(settings) as stage:
        yield stage


@pytest.fixture
def opening(embedded):
    """What a pool opens its connections by."""
    return Opening(embedded.database_url)


@pytest.fixture
async def admin(embedded):
    """A connection that belongs to no pool."""
    connection = await asyncpg.connect(embedded.database_url)
    yield connection
    await connection.close()
