"""What no variable changes is asked once for a plan, and all else for each run."""

from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest

from server.graphql import build_schema
from server.operations.documents import Documents
from server.operations.reads import planner_of
from services.rows import pages
from services.viewer import Viewer

SCHEMA = build_schema(max_depth=15)
CONSTANT = "{ uploads(first: 3) { nodes { productions(first: 4) { nodes { title } } } } }"
VARIES = """
query ($first: Int, $after: String) {
  uploads(first: 3) { nodes { productions(first: $first, after: $after) { nodes { title } } } }
}
"""
WRONG = '{ uploads(after: "of no list") { nodes { title } } }'


@pytest.fixture
def asked(opened, monkeypatch):
    """How many rows were asked for, whenever it was looked at."""
    asked = []

    def looked_at(first, checked_first=pages.checked_first):
        asked.append(first)
        return checked_first(first)

    monkeypatch.setattr(pages, "checked_first", looked_at)
    return asked


async def statements_of(text, *runs):
    """What each run carries out, and whether it could."""
    planner, carried_out = planner_of(SCHEMA), []

    @asynccontextmanager
    async def connect():
        async def fetch(sql, arguments):
            carried_out.append((sql, arguments))
            return []

        yield fetch

    planner.connect = connect
    reads = Documents(SCHEMA, planner).prepare(text, None).reads
    viewer = Viewer(uuid4())
    for variables in runs:
        await planner.payload(reads, variables, SimpleNamespace(viewer=viewer))
    return carried_out, planner.counts


async def test_arguments_that_are_always_the_same_are_looked_at_once(asked):
    [one, other], counts = await statements_of(CONSTANT, {}, {})
    assert one == other
    assert "LIMIT 3" in one[0]
    assert "LIMIT 4" in one[0]
    assert asked == [3, 4]
    assert counts.planned == 2


async def test_arguments_that_vary_are_looked_at_each_time(asked):
    cursor = pages.write_cursor(pages.Order("created_at", True), "2026-01-01T00:00:00+00:00", uuid4())
    carried_out, counts = await statements_of(
        VARIES, {"first": 5}, {"first": 6}, {"after": cursor}, {"first": 5}
    )
    sqls = [sql for sql, _ in carried_out]
    assert ["LIMIT 5" in sql for sql in sqls] == [True, False, False, True]
    assert ["LIMIT 6" in sql for sql in sqls] == [False, True, False, False]
    assert carried_out[0] == carried_out[3]
    assert asked == [3, 5, 3, 6, 3, None, 3, 5]
    assert counts.planned == 4


async def test_what_is_refused_is_refused_each_time(asked):
    carried_out, counts = await statements_of(WRONG, {}, {})
    assert carried_out == []
    assert asked == [None, None]
    assert (counts.planned, counts.fell_back) == (0, {"raised BadInput": 2})
