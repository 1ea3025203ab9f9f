import pytest

from tests.direct_server import direct_server


@pytest.fixture(scope="module")
async def lasting():
    async with direct_server() as server:
        yield server


@pytest.fixture
async def server(lasting):
    lasting.view.forget()
    yield lasting
    await lasting.deserted()


@pytest.fixture
async def client(server):
    async with server.client() as client:
        yield client


@pytest.fixture
async def ending():
    """One that may be ended."""
    async with direct_server() as server:
        yield server
