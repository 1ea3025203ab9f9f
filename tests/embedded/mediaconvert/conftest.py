"""A renderer of its own on the worker's S3, and somebody who listens to its events."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.session import get_session
from aiohttp import web

from embedded.renderer import Renderer
from embedded.stack import EmbeddedStack, Endpoints
from tests.embedded.mediaconvert.faulty_storage import FaultyStorage
from tests.embedded.mediaconvert.own_renderer import OwnRenderer
from tests.local_server import serving
from tests.media import clip

REGION = "eu-west-1"
BUCKET = "media"
PATIENCE = 60
ENDED = ("COMPLETE", "ERROR", "CANCELED")


class Listener:
    """Receives events; answers 500 to the first `refusals` of them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refusals = 0
        self._arrived = asyncio.Event()

    async def receive(self, request: web.Request) -> web.Response:
        assert request.headers["x-airdate-events-key"] == "key"
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=500)
        self.events.append(await request.json())
        self._arrived.set()
        return web.Response(status=204)

    def of(self, job_id: str) -> list[dict[str, Any]]:
        return [event["detail"] for event in self.events if event["detail"]["jobId"] == job_id]

    async def told(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """The first event of the job with one of the statuses."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for detail in self.of(job_id):
                    if detail["status"] in statuses:
                        return detail
                self._arrived.clear()
                await self._arrived.wait()

    async def ended(self, job_id: str) -> dict[str, Any]:
        return await self.told(job_id, *ENDED)


@pytest.fixture(scope="session")
async def listener() -> AsyncIterator[tuple[Listener, str]]:
    listener = Listener()
    async with serving(web.post("/events", listener.receive)) as origin:
        yield listener, f"{origin}/events"


@pytest.fixture
def events(listener: tuple[Listener, str]) -> Listener:
    listener[0].refusals = 0
    return listener[0]


@pytest.fixture(scope="session")
def renderer(
    stack: EmbeddedStack,
    embedded: Endpoints,
    listener: tuple[Listener, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Renderer:
    folder = tmp_path_factory.mktemp("renderer")
    return stack.start_renderer(events_url=listener[1], events_key="key", data_dir=folder)


@pytest.fixture
async def mediaconvert(renderer: Renderer) -> AsyncIterator[Any]:
    async with get_session().create_client(
        "mediaconvert", endpoint_url=renderer.endpoint_url, region_name=REGION
    ) as client:
        yield client


@pytest.fixture(scope="session")
async def s3(embedded: Endpoints) -> AsyncIterator[Any]:
    async with get_session().create_client(
        "s3", endpoint_url=embedded.s3_endpoint_url, region_name=REGION
    ) as client:
        yield client


@pytest.fixture(scope="session")
async def source(s3: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A clip of two seconds in storage: 320x180, 30 frames a second, a tone."""
    path = clip(tmp_path_factory.mktemp("source") / "source.mp4")
    await s3.put_object(Bucket=BUCKET, Key="in/source.mp4", Body=path.read_bytes())
    return "s3://media/in/source.mp4"


@pytest.fixture(scope="session")
async def faulty_s3(embedded: Endpoints) -> AsyncIterator[FaultyStorage]:
    proxy = FaultyStorage(embedded.s3_endpoint_url, embedded.s3_access_key, embedded.s3_secret_key)
    async with proxy.running():
        yield proxy


@pytest.fixture(scope="session")
def shared_own(
    faulty_s3: FaultyStorage, listener: tuple[Listener, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnRenderer]:
    own = OwnRenderer(tmp_path_factory.mktemp("own"), faulty_s3, listener[1])
    own.start()
    yield own
    own.renderer.process.stop()


@pytest.fixture
def storage(faulty_s3: FaultyStorage) -> Iterator[FaultyStorage]:
    """The S3 of `own`, whole again after each test."""
    yield faulty_s3
    faulty_s3.heal()


@pytest.fixture
def own(shared_own: OwnRenderer, storage: FaultyStorage) -> OwnRenderer:
    """A renderer that reads and writes through `storage`."""
    return shared_own


@pytest.fixture
async def client(own: OwnRenderer) -> AsyncIterator[Any]:
    """Asks `own`."""
    async with get_session().create_client(
        "mediaconvert", endpoint_url=own.renderer.endpoint_url, region_name=REGION
    ) as client:
        yield client


def job_request(source: str, folder: str, **changes: Any) -> dict[str, Any]:
    """A small CreateJob request: one MP4 of one input."""
    request = json.loads((Path(__file__).parent / "job.json").read_text())
    request["Settings"]["Inputs"][0]["FileInput"] = source
    group = request["Settings"]["OutputGroups"][0]["OutputGroupSettings"]["FileGroupSettings"]
    group["Destination"] = f"s3://media/out/{folder}/video"
    return request | changes
