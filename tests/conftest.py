"""The real PostgreSQL, Valkey, S3 and renderer, one set for each xdist worker, started when first wanted."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import uvicorn
from pydantic import SecretStr
from tortoise import connections

from embedded.ports import LOOPBACK
from embedded.stack import EmbeddedStack, Endpoints
from schema.context import Gateways
from server.app import create_app
from server.database import migrate
from server.listening import bound_sockets
from server.logs import configure_logs
from server.serve import api_server
from server.settings import Settings
from server.wiring import open_gateways, open_proxy, open_renderer
from server.worker import Worker
from tests.moto_server import moto_server
from tests.one_piece import one_piece_client
from tests.tables import empty_tables

pytest_plugins = ["tests.time_limit"]

EVENTS_KEY = "events-key-of-the-tests"

# structlog's own way to show a failure takes a third of a second.
configure_logs()

# `make test` tries the same examples each time; `make test-slow` runs every property again with others, and
# more, by `--hypothesis-profile=thorough`.
hypothesis.settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", max_examples=200, deadline=None)
hypothesis.settings.load_profile("quick")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    stack = EmbeddedStack(tmp_path_factory.mktemp("stack"))
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def embedded(stack: EmbeddedStack) -> Endpoints:
    endpoints = stack.start_servers()
    os.environ["AWS_ACCESS_KEY_ID"] = endpoints.s3_access_key
    os.environ["AWS_SECRET_ACCESS_KEY"] = endpoints.s3_secret_key
    return endpoints


@pytest.fixture(scope="session")
def api_socket() -> Iterator[socket.socket]:
    """Bound from the beginning: a port that is only chosen may be another's when the server wants it."""
    [bound] = bound_sockets(LOOPBACK, 0, is_shared=False)
    yield bound
    bound.close()


@pytest.fixture(scope="session")
def settings(
    embedded: Endpoints, api_socket: socket.socket, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return Settings(
        port=api_socket.getsockname()[1],
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=embedded.database_url,
        redis_url=embedded.redis_url,
        s3_endpoint_url=embedded.s3_endpoint_url,
        s3_bucket=embedded.s3_bucket,
        storage_proxy=True,
        mediaconvert_role="arn:aws:iam::000000000000:role/airdate-mediaconvert",
        environment="test",
        events_key=SecretStr(EVENTS_KEY),
        secret_key=SecretStr("secret-key-of-the-tests"),
        multipart_threshold_bytes=6 * 1024 * 1024,
        part_bytes=5 * 1024 * 1024,
    )


@pytest.fixture(scope="session")
async def opened(settings: Settings) -> AsyncIterator[Gateways]:
    """The gateways of the whole session; tests take `gateways`, which also empties the tables."""
    await migrate(settings.database_url)
    async with open_gateways(settings) as gateways:
        yield gateways


@pytest.fixture
async def database(opened: Gateways) -> AsyncIterator[None]:
    yield
    await empty_tables(connections.get("default"))


@pytest.fixture
async def gateways(opened: Gateways, database: None) -> Gateways:
    return opened


@pytest.fixture
def storage(gateways: Gateways) -> Any:
    return gateways.storage


@pytest.fixture
def clock(gateways: Gateways) -> Any:
    return gateways.clock


async def started(api: uvicorn.Server) -> None:
    """uvicorn tells of its start by a flag alone."""
    while not api.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
async def server(settings: Settings, opened: Gateways, api_socket: socket.socket) -> AsyncIterator[str]:
    """The API on a real socket; its origin."""
    async with open_proxy(settings) as proxy:
        api = api_server(create_app(settings, opened, proxy), settings)
        task = asyncio.create_task(api.serve([api_socket]))
        await started(api)
        yield f"http://{settings.host}:{settings.port}"
        api.should_exit = True
        await task


@pytest.fixture(scope="session")
def renderer_url(stack: EmbeddedStack, server: str) -> str:
    return stack.start_renderer(
        events_url=f"{server}/events/mediaconvert", events_key=EVENTS_KEY
    ).endpoint_url


@pytest.fixture
async def worker(settings: Settings, gateways: Gateways, renderer_url: str) -> AsyncIterator[Worker]:
    """The background worker, running beside the API."""
    rendering = settings.model_copy(update={"mediaconvert_endpoint_url": renderer_url})
    async with open_renderer(rendering) as renderer:
        worker = Worker(rendering, gateways, renderer)
        task = asyncio.create_task(worker.run())
        yield worker
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="session")
async def http(server: str) -> AsyncIterator[httpx.AsyncClient]:
    async with one_piece_client(server) as client:
        yield client


@pytest.fixture
async def graphql_raw(http: httpx.AsyncClient, database: None) -> Any:
    """Sends a document; returns the whole body."""

    async def send(document: str, variables: dict[str, Any] | None = None, token: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        response = await http.post(
            "/graphql", json={"query": document, "variables": variables or {}}, headers=headers
        )
        return response.json()

    return send


@pytest.fixture
async def graphql(graphql_raw: Any) -> Any:
    """Sends a document that must not fail; returns its data."""

    async def send(document: str, variables: dict[str, Any] | None = None, token: str | None = None) -> Any:
        body = await graphql_raw(document, variables, token)
        assert "errors" not in body, body["errors"]
        return body["data"]

    return send


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    """Where moto answers as SQS, EventBridge, CloudFormation and the rest of AWS; any credentials will do."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "somebody")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "secret")
    with moto_server() as url:
        yield url


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the clips that tests make."""
    return tmp_path_factory.mktemp("clips")
