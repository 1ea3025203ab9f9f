import asyncio
from collections.abc import AsyncIterator

import pytest
from tortoise import connections

from schema.context import Gateways
from server.errors import TellingSchema
from server.graphql import build_schema
from tests.differential.answers import Oracle, Server
from tests.differential.steady import at_one_moment
from tests.differential.world import World, world_of
from tests.slow_cases import slow_after
from tests.tables import empty_tables


@pytest.fixture(scope="session")
def schema() -> TellingSchema:
    return build_schema(max_depth=15)


@pytest.fixture(scope="session")
def still(opened: Gateways) -> Gateways:
    """The gateways, at one moment."""
    return at_one_moment(opened)


@pytest.fixture(scope="module", params=slow_after(1, range(1, 6)))
async def world(opened: Gateways, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """One of several, as rows."""
    world = world_of(request.param)
    await world.load()
    yield world
    await empty_tables(connections.get("default"))


@pytest.fixture
def front(schema: TellingSchema, still: Gateways) -> Server:
    return Server(schema, still)


@pytest.fixture
def oracle(schema: TellingSchema, still: Gateways, front: Server) -> Oracle:
    return Oracle(schema, still, front.operations._documents)


@pytest.fixture
async def loop() -> asyncio.AbstractEventLoop:
    """For tests that are no coroutines: hypothesis calls them many times."""
    return asyncio.get_running_loop()
