"""What is usually so is taken for granted, and nothing of it is told where it is not."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

import orjson
import pytest
from graphql import parse
from tortoise.expressions import Q

import models
from models.statuses import ProductionStatus, PublicationStatus, SpaceVisibility
from planner.sql.predicates import ALWAYS, as_usual, words_of
from planner.sql.usual import WHOLE_FOR
from schema.node import global_id
from server.graphql import build_schema
from server.operations.reads import planner_of
from services.policy import NOBODY, own_productions, visible_productions
from services.rows.conditions import Exists
from services.viewer import Viewer
from tests.factories import make_production, make_publication, make_space, make_upload, make_user

SCHEMA = build_schema(max_depth=15)
UPLOADS = """{ viewer { uploads { nodes { productions(first: 2) { nodes { title
  publications { nodes { status } } } pageInfo { hasNextPage } } } } } }"""
PRODUCTION = "query ($id: ID!) { production(id: $id) { title publications { nodes { status } } } }"
OWN, SHOWN = Q(title="mine"), Exists(models.Publication, {"production_id": "id"})
DONE = Q(status=ProductionStatus.COMPLETED)


class Reads:
    """Plans over the test's database, with the statements that they carried out."""

    def __init__(self):
        self.planner = planner_of(SCHEMA)
        self._connect, self.planner.connect = self.planner.connect, self._noting
        self.planner._on_error = self._failed
        self._operations = {}
        self.sent = []

    async def ask(self, document, viewer, **variables):
        if document not in self._operations:
            parsed = parse(document)
            self._operations[document] = self.planner.operation(parsed, parsed.definitions[0])
        self.sent = []
        context = SimpleNamespace(viewer=viewer)
        body = await self.planner.payload(self._operations[document], variables, context)
        assert body is not None, self.planner.counts.fell_back
        return orjson.loads(body)["data"]

    @asynccontextmanager
    async def _noting(self):
        async with self._connect() as fetch:

            async def noted(sql, arguments):
                self.sent.append(sql)
                return await fetch(sql, arguments)

            yield noted

    @staticmethod
    def _failed(error):
        raise error


@pytest.fixture
async def scene(database):
    """Ada's upload has two productions of hers, the older with a WAITING publication; and Bob has a space."""
    ada, bob = await make_user(), await make_user()
    upload = await make_upload(ada)
    space = await make_space(bob, visibility=SpaceVisibility.PUBLIC)
    older = await make_production(ada, upload=upload, title="older")
    await make_publication(older, space, PublicationStatus.WAITING)
    newer = await make_production(ada, upload=upload, title="newer")
    return SimpleNamespace(
        reads=Reads(), ada=Viewer(ada.id), bob=bob, upload=upload, space=space, older=older, newer=newer
    )


def page(data):
    [upload] = data["viewer"]["uploads"]["nodes"]
    productions = upload["productions"]
    titles = {each["title"]: len(each["publications"]["nodes"]) for each in productions["nodes"]}
    return titles, productions["pageInfo"]["hasNextPage"]


async def test_a_page_of_ones_own_looks_at_nothing_else(scene):
    assert page(await scene.reads.ask(UPLOADS, scene.ada)) == ({"newer": 0, "older": 1}, False)
    [sql] = scene.reads.sent
    assert ("EXISTS" in sql, '"space' in sql) == (False, False)


@pytest.mark.parametrize("is_shown", [False, True])
async def test_a_page_with_what_is_not_ones_own_is_read_whole(scene, is_shown):
    """Bob's production of Ada's upload is hers to see where it is published; what is WAITING is not."""
    theirs = await make_production(scene.bob, upload=scene.upload, title="theirs")
    other = await make_space(scene.bob, visibility=SpaceVisibility.PUBLIC)
    await make_publication(theirs, other, PublicationStatus.WAITING)
    expected = {"newer": 0, "older": 1}, False
    if is_shown:
        await make_publication(theirs, scene.space)
        expected = {"theirs": 1, "newer": 0}, True
    assert page(await scene.reads.ask(UPLOADS, scene.ada)) == expected
    assert len(scene.reads.sent) == 2
    # For a while the usual is not tried.
    for _ in range(WHOLE_FOR):
        assert page(await scene.reads.ask(UPLOADS, scene.ada)) == expected
        assert len(scene.reads.sent) == 1
    assert page(await scene.reads.ask(UPLOADS, scene.ada)) == expected
    assert len(scene.reads.sent) == 2


async def test_one_row(scene):
    stranger, nobody = Viewer((await make_user()).id), Viewer(None)
    await make_publication(scene.newer, scene.space)

    async def seen(viewer, row_id):
        data = await Reads.ask(scene.reads, PRODUCTION, viewer, id=global_id("Production", row_id))
        return data["production"] and data["production"]["title"], len(scene.reads.sent)

    assert await seen(scene.ada, scene.older.id) == ("older", 1)
    assert await seen(scene.ada, scene.upload.id) == (None, 1)
    assert await seen(nobody, scene.newer.id) == ("newer", 1)
    assert await seen(nobody, scene.older.id) == (None, 1)
    assert await seen(stranger, scene.older.id) == (None, 2)
    scene.reads = Reads()
    assert await seen(stranger, scene.newer.id) == ("newer", 2)
    assert await seen(stranger, scene.newer.id) == ("newer", 1)


def test_the_alternatives_are_left_out_of_a_predicate():
    def found(where, usual=OWN):
        rest, assumed = as_usual(where, usual, models.Production)
        assert assumed is usual or (rest, assumed) == (where, None)
        return None if assumed is None else words_of(rest, models.Production).sql

    assert found(OWN | SHOWN) == found(SHOWN | OWN) == found(Q(Q(), OWN | SHOWN)) == "true"
    assert found((OWN | SHOWN) & DONE) == 'true AND "a_row"."status"=$1'
    for where in (OWN, SHOWN, OWN & SHOWN, ~(OWN | SHOWN), DONE | (OWN | SHOWN), ~OWN | SHOWN, Q()):
        assert found(where) is None
    assert found(OWN | SHOWN, DONE) is None
    assert as_usual(OWN | SHOWN, None, models.Production)[1] is None


def test_always_is_true_of_all_and_its_opposite_of_none():
    assert words_of(ALWAYS | OWN, models.Production).sql.startswith("true OR ")
    assert words_of(~ALWAYS, models.Production).sql == "NOT true"


def test_nobody_has_productions():
    assert own_productions(Viewer(None)) is NOBODY
    assert as_usual(visible_productions(Viewer(None)), NOBODY, models.Production)[1] is None
