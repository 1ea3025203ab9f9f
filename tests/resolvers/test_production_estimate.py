"""Production.estimate, over HTTP."""

import pytest

from models.statuses import SpaceVisibility
from services.estimates.estimate_render import estimate_render
from services.estimates.price_book import read_price_book
from services.estimates.render_pace import RenderPace
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig
from tests.factories import (
    MEDIA,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_token,
    make_user,
)


@pytest.fixture
async def ada(database):
    return await make_user()


@pytest.fixture
async def token(ada):
    return await make_token(ada)


ESTIMATE = "query ($id: ID!) { production(id: $id) { estimate { costUsd pricesAsOf renderSeconds } } }"


async def test_a_productions_estimate_is_its_owners_alone(graphql, ada, token):
    production = await make_production(ada)
    await make_publication(production, await make_space(ada, visibility=SpaceVisibility.PUBLIC))
    stranger = await make_token(await make_user("Bob"))
    mine = await graphql(ESTIMATE, {"id": id_of(production)}, token=token)
    media = ProbedMedia.from_json(MEDIA)
    expected = estimate_render(ProductionConfig(), media, read_price_book(), RenderPace())
    assert mine["production"]["estimate"] == {
        "costUsd": float(expected.cost_usd),
        "pricesAsOf": "2023-06-01",
        "renderSeconds": expected.render_seconds,
    }
    theirs = await graphql(ESTIMATE, {"id": id_of(production)}, token=stranger)
    assert theirs == {"production": {"estimate": None}}
