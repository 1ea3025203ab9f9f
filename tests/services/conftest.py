import asyncio
import contextvars
from collections.abc import AsyncIterator

import pytest

from tests.event_log import LookingBus, looking_bus
from tests.services.render_life import RenderLife, begin_life


@pytest.fixture
async def life(gateways) -> RenderLife:
    """A production whose first render is QUEUED, on real tables, with the outside made of dictionaries."""
    return await begin_life()


@pytest.fixture
async def bus(settings, database) -> AsyncIterator[LookingBus]:
    """Instead of the real one: what was committed when something was announced."""
    async with looking_bus(settings.database_url) as bus:
        yield bus


@pytest.fixture
def aside():
    """Begins something in a transaction of its own; a plain task would share that of the test."""
    outside = contextvars.copy_context()

    def begin(operation):
        return asyncio.get_running_loop().create_task(operation, context=outside)

    return begin
