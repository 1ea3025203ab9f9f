"""The placeholder in a plan is nobody's id: what a client sends is never taken for it."""

from uuid import UUID

import pytest

from schema.node import global_id
from server.graphql import build_schema
from server.operations.reads import planner_of
from tests.factories import make_production, make_token, make_user

OF_OWNER = "query ($id: ID!) { productions(filter: {ownerId: $id}) { totalCount nodes { title } } }"
TO_BE_GUESSED = (UUID(int=0), UUID(int=2**128 - 1), UUID("ffffffff-ffff-4fff-bfff-ffffffffffff"))


@pytest.mark.parametrize("guess", TO_BE_GUESSED)
async def test_an_id_that_could_be_guessed_is_nobody(graphql, guess):
    owner = await make_user()
    await make_production(owner)
    data = await graphql(OF_OWNER, {"id": global_id("User", guess)}, token=await make_token(owner))
    assert data == {"productions": {"totalCount": 0, "nodes": []}}


def test_each_planner_has_one_of_its_own():
    schema = build_schema(max_depth=15)
    one, other = planner_of(schema).subject, planner_of(schema).subject
    assert one.placeholder != other.placeholder
    assert one.symbol_of(True).user_id == one.placeholder
