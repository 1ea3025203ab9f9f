"""Rows that are reached by several ways, and rows that have gone when they are to be read."""

from contextlib import asynccontextmanager

import models
from schema.context import Context
from server.graphql import build_schema
from server.operations.documents import Documents
from server.operations.reads import planner_of
from tests.factories import (
    id_of,
    make_production,
    make_publication,
    make_space,
    make_upload,
    make_user,
    viewer_of,
)

TWICE = """
query ($id: ID!) {
  upload(id: $id) { publications { nodes {
    space { name } production { title renders { number } publications { nodes { space { name } } } }
  } } }
}
"""
CANCEL = """
mutation ($id: ID!) {
  cancelProduction(input: { productionId: $id }) { production { title publications { nodes { id } } } }
}
"""


async def test_a_production_in_two_spaces_has_its_lists_in_both(gateways):
    owner = await make_user()
    upload = await make_upload(owner)
    production = await make_production(owner, upload=upload, title="one of two")
    spaces = [await make_space(owner), await make_space(owner)]
    for space in spaces:
        await make_publication(production, space)

    schema = build_schema(max_depth=15)
    planner = planner_of(schema)
    prepared = Documents(schema, planner).prepare(TWICE, None)
    context = Context(gateways, "http://here", "request", viewer_of(owner))

    found = await planner.data(prepared.reads, {"id": id_of(upload)}, context)

    newest_first = [{"space": {"name": space.name}} for space in reversed(spaces)]
    once = {
        "title": "one of two",
        "renders": [{"number": 1}],
        "publications": {"nodes": newest_first},
    }
    assert found["upload"]["publications"]["nodes"] == [
        shown | {"production": once} for shown in newest_first
    ]


async def test_a_row_that_has_gone_since_it_was_written_is_told_by_graphql_core(gateways):
    """Which has it at hand."""
    owner = await make_user()
    production = await make_production(owner, title="gone", status=models.statuses.ProductionStatus.QUEUED)
    schema = build_schema(max_depth=15)
    planner = planner_of(schema)
    connect = planner.connect

    @asynccontextmanager
    async def too_late():
        await models.Production.filter(id=production.id).delete()
        async with connect() as fetch:
            yield fetch

    planner.connect = too_late
    prepared = Documents(schema, planner).prepare(CANCEL, None)
    context = Context(gateways, "http://here", "request", viewer_of(owner))

    result = await planner.executed(prepared.reads, {"id": id_of(production)}, context)

    assert result.errors is None
    assert result.data == {
        "cancelProduction": {"production": {"title": "gone", "publications": {"nodes": []}}}
    }
    assert planner.counts.fell_back == {"a row has gone": 1}
