"""A server that can be restarted, a network before it that can be cut, and a place where tokens are had."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from aiohttp import web

from embedded.ports import free_ports
from schema.context import Gateways
from server.app import create_app
from server.serve import api_server
from server.settings import Settings
from tests.clients.client_process import FOLDER
from tests.clients.page import write_blocks
from tests.conftest import started
from tests.local_server import serving
from tests.npm_packages import install_packages
from tests.tcp_proxy import TcpProxy, tcp_proxy


@pytest.fixture(scope="session")
def packages() -> None:
    install_packages(FOLDER)
    write_blocks()


class OwnServer:
    """An API process's server, always on the same port; the gateways stay open meanwhile."""

    def __init__(self, settings: Settings, gateways: Gateways) -> None:
        self._settings, self._gateways = settings, gateways
        self._api: uvicorn.Server
        self._task: asyncio.Task[None]

    async def start(self) -> None:
        self._api = api_server(create_app(self._settings, self._gateways, None), self._settings)
        self._task = asyncio.create_task(self._api.serve())
        await started(self._api)

    async def stop(self) -> None:
        self._api.should_exit = True
        await self._task


@pytest.fixture
async def own_settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"port": free_ports(1)[0]})


@pytest.fixture
async def own_server(own_settings: Settings, gateways: Gateways) -> AsyncIterator[OwnServer]:
    server = OwnServer(own_settings, gateways)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def proxy(own_settings: Settings, own_server: OwnServer) -> AsyncIterator[TcpProxy]:
    async with tcp_proxy(own_settings.port) as proxy:
        yield proxy


class Tokens:
    """Gives out the token of each name that is good now, as a sign-in service does; `asked` are the names."""

    def __init__(self) -> None:
        self.good: dict[str, str] = {}
        self.asked: list[str] = []
        self.url = ""

    async def give(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append(name)
        return web.Response(text=self.good[name])


@pytest.fixture
async def tokens() -> AsyncIterator[Tokens]:
    tokens = Tokens()
    async with serving(web.get("/{name}", tokens.give)) as tokens.url:
        yield tokens
