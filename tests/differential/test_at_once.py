"""Viewers share a plan: whoever else asks at the same time, each is told what is theirs."""

import asyncio
from itertools import product
from random import Random

import pytest

from server.operations import OperationRequest

PRODUCTION = """query ($id: ID!, $first: Int) { production(id: $id) { title owner { name }
  publications(first: $first) { totalCount nodes { status space { slug } } pageInfo { hasNextPage } } } }"""
LISTS = """query ($first: Int) { uploads { nodes { title productions(first: $first) { nodes { title
  publications { nodes { status } } } pageInfo { hasNextPage } } } } }"""


@pytest.mark.parametrize("whole_for", [0, 1])
def test_viewers_who_ask_at_once_are_each_told_what_is_theirs(
    world, oracle, front, loop, monkeypatch, whole_for
):
    # What is usual is tried again and again.
    monkeypatch.setattr("planner.sql.usual.WHOLE_FOR", whole_for)
    asked = [(PRODUCTION, {"id": id}) for id in world.ids["Production"]] + [(LISTS, {})]
    asking = [
        (world.viewer(name), OperationRequest(text, None, {**variables, "first": first}))
        for (text, variables), name, first in product(asked, world.viewers, (1, 20))
    ]
    Random(world.seed).shuffle(asking)

    async def told():
        alone = [await oracle.answer(request, viewer) for viewer, request in asking]
        at_once = await asyncio.gather(*[front.answer(request, viewer) for viewer, request in asking])
        return alone, at_once

    planned = front.counts.planned
    alone, at_once = loop.run_until_complete(told())
    assert at_once == alone
    assert front.counts.planned - planned == len(asking)
