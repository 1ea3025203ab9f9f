"""What is remembered of plans is bounded, by what clients may make of it."""

from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest

from planner.planner import MAX_BYTES
from planner.recent import Recent
from server.graphql import build_schema
from server.operations.documents import Documents
from server.operations.reads import planner_of
from services.viewer import Viewer

SCHEMA = build_schema(max_depth=15)
FIND = """
query Find($text: String, $statuses: [ProductionStatus!], $isShort: Boolean! = false) {
  productions(filter: {titleContains: $text, statuses: $statuses}) { nodes { id title @skip(if: $isShort) } }
}
"""


@asynccontextmanager
async def no_rows():
    async def fetch(sql, arguments):
        return []

    yield fetch


@pytest.fixture
def planner(opened):
    planner = planner_of(SCHEMA)
    planner.connect = no_rows
    return planner


async def ask(planner, reads, **variables):
    assert await planner.payload(reads, variables, SimpleNamespace(viewer=Viewer(uuid4()))) is not None


def statements_of(planner):
    return [plan.roots[0].levels[0]._statements._written for plan, _ in planner._plans._made.values()]


async def test_what_a_client_looks_for_is_not_remembered_beyond_measure(planner):
    reads = Documents(SCHEMA, planner).prepare(FIND, None).reads
    for number in range(3):
        await ask(planner, reads, text=f"{number}" * 100_000)
        await ask(planner, reads, statuses=["QUEUED", "COMPLETED"] * 1_000 + ["FAILED"] * number)
    [statements] = statements_of(planner)
    assert len(statements) == 0
    for number in range(200):
        await ask(planner, reads, text=f"{number}")
    assert 16 < len(statements) < 100


async def test_as_many_plans_are_remembered_as_fit_whatever_document_they_are_of(planner):
    documents = Documents(SCHEMA, planner)
    made = [documents.prepare(f"{FIND} # {number}", None).reads for number in range(3)]
    for reads in made:
        for is_short in (True, False):
            await ask(planner, reads, isShort=is_short)
    assert len(planner._plans) == 6
    each = planner._plans.weight // 6
    assert 128 * 1024 < each < MAX_BYTES // 100
    planner._plans._most = 2 * each + 1
    await ask(planner, documents.prepare(FIND, None).reads)
    assert len(planner._plans) == 2


def test_what_was_used_longest_ago_goes_and_what_is_too_heavy_never_comes():
    recent = Recent(10, 6, lambda key, value: value)
    made = []

    def make(key):
        made.append(key)
        return int(key[1:])

    for key in ("a4", "b4", "a4", "c4", "a4", "b4", "d7", "c4"):
        recent.get_or_make(key, make)
    assert made == ["a4", "b4", "c4", "b4", "d7", "c4"]
    assert (len(recent), recent.weight) == (2, 8)
