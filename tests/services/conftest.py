import pytest

from tests.services.render_life import RenderLife, begin_life


@pytest.fixture
async def life(gateways) -> RenderLife:
    """A production whose first render is QUEUED, on real tables, with the outside made of dictionaries."""
    return await begin_life()
