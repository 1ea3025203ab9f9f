"""A condition on a row that is at hand means what it meant of the table, whatever stands around it."""

import pytest
from graphql import parse
from tortoise import connections
from tortoise.expressions import Q

import models
from models.statuses import ProductionStatus, PublicationStatus
from planner.explain import explained
from planner.levels.level import TABLE, Join, Level
from planner.sql.links import BETWEEN
from planner.sql.parameters import Parameters
from planner.sql.rows_at_hand import RowAtHand, asked_of_rows_at_hand, joined_rows, table_as
from server.graphql import build_schema
from server.operations.reads import planner_of
from services.rows.conditions import Exists
from tests.factories import make_production, make_publication, make_space, make_upload, make_user

LIVE = Q(status=PublicationStatus.LIVE)
NAMED = Q(title="named")
# Null of a finished production: what is asked of it is neither true nor false.
STARTING = Q(phase="PROBING")
BY_PRODUCTION = {"id": "production_id"}
PLAYABLE = {"production_id": "id", "number": "playable_render_number"}
COMPLETED = Q(status=ProductionStatus.COMPLETED)
# True of a row that is missing, if one only looks at its columns.
NOT_FAILED = Q(status__not=ProductionStatus.FAILED)


def produced(where=None):
    return Exists(models.Production, BY_PRODUCTION, where)


def playable(where=None):
    return Exists(models.Render, PLAYABLE, where)


OF_PUBLICATIONS = (
    produced(NAMED),
    ~produced(NAMED),
    produced(),
    ~produced(),
    produced(STARTING),
    ~produced(STARTING),
    produced(~STARTING),
    produced(Q(phase__isnull=True)),
    produced(NAMED) | LIVE,
    ~(produced(NAMED) | LIVE),
    ~(produced(STARTING) | produced(NAMED)),
    Q(~produced(STARTING), LIVE),
    produced(Exists(models.Upload, {"id": "upload_id"}, NAMED)),
    ~produced(~Exists(models.Upload, {"id": "upload_id"}, NAMED)),
)


@pytest.fixture
async def scene(database):
    """Publications of productions that are named or not, of uploads that are or not; half of them LIVE."""
    owner = await make_user()
    space, other = await make_space(owner), await make_space(owner)
    for title in ("named", "other"):
        for of_upload in ("named", "other"):
            upload = await make_upload(owner, title=of_upload)
            production = await make_production(owner, upload=upload, title=title)
            await make_publication(production, space)
            await make_publication(production, other, PublicationStatus.WITHDRAWN)
    await models.Production.filter(title="other").update(phase="UPLOADING", playable_render_number=None)


async def selected(sql, parameters):
    client = connections.get("default")
    rows = await client.execute_query_dict(sql, list(parameters.statement(sql).values))
    return sorted(row["id"] for row in rows)


@pytest.mark.parametrize("where", OF_PUBLICATIONS, ids=range(len(OF_PUBLICATIONS)))
async def test_of_a_row_that_is_there(scene, where):
    row = RowAtHand(models.Production, BY_PRODUCTION, table_as(models.Production, BETWEEN))
    found = []
    for asked in (where, asked_of_rows_at_hand(where, [row])):
        parameters = Parameters(object())
        predicate = parameters.predicate(asked, models.Publication, TABLE)
        source = f'publications {TABLE} JOIN productions AS {BETWEEN} ON {BETWEEN}.id = "production_id"'
        found.append(await selected(f"SELECT {TABLE}.id FROM {source} WHERE {predicate}", parameters))
        assert ('"productions' in predicate) is (asked is where)
    assert found[0] == found[1]


@pytest.mark.parametrize("joined_where", [None, COMPLETED, ~COMPLETED, NOT_FAILED], ids=range(4))
@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("where", [None, COMPLETED, NOT_FAILED, Q(phase="PROBING")], ids=range(4))
async def test_of_a_row_that_is_joined_and_may_be_missing(scene, joined_where, negated, where):
    level = Level(models.Production, "rows")
    on = tuple(PLAYABLE.items())
    level.join(Join(models.Render, "t1", TABLE, on, models.Production, joined_where, object()))
    condition = ~playable(where) if negated else playable(where)
    found = []
    for rows in ([], joined_rows(level)):
        parameters = Parameters(object())
        predicate = parameters.predicate(asked_of_rows_at_hand(condition, rows), models.Production, TABLE)
        sql = f"SELECT {TABLE}.id FROM {level.joined(parameters)} WHERE {predicate}"
        found.append(await selected(sql, parameters))
    assert found[0] == found[1]
    is_answered = joined_where is None or joined_where is where
    assert ("EXISTS" in predicate) is not is_answered


def test_another_row_is_looked_up():
    rows = [RowAtHand(models.Production, BY_PRODUCTION, table_as(models.Production, BETWEEN))]
    for other in (
        Exists(models.Upload, BY_PRODUCTION, NAMED),
        Exists(models.Production, {"id": "space_id"}, NAMED),
        Exists(models.Production, {"id": "production_id", "title": "status"}, NAMED),
        Exists(models.Space, {"id": "space_id"}, Exists(models.Production, BY_PRODUCTION)),
    ):
        assert asked_of_rows_at_hand(other, rows) is other


def statement_of(document):
    """For somebody: the one that asks for everything."""
    planner = planner_of(build_schema(max_depth=15))
    parsed = parse(document)
    told = explained(planner, planner.operation(parsed, parsed.definitions[0]), {}, True)
    return told.statements[-1].sql


def test_the_row_above_and_the_one_joined_are_not_looked_up_for_each_publication():
    below = "publications { nodes { status space { slug } } }"
    sql = statement_of(f"{{ uploads {{ nodes {{ productions {{ nodes {{ {below} }} }} }} }} }}")
    of_publications = sql.rpartition("LATERAL")[2]
    assert '"productions' not in of_publications
    assert of_publications.count('"spaces"') == 1
    # What the list below reads of it is not sent.
    assert 't0."owner_id" AS k1 FROM "productions"' in sql
    assert sql.startswith("SELECT l0.*, l1.k0, l2.* FROM")


def test_the_row_between_is_not_looked_up():
    sql = statement_of("{ uploads { nodes { publications { nodes { status } } } } }")
    assert sql.count('"productions"') == 1


def test_lists_of_one_row_need_no_array():
    assert "unnest" not in statement_of("{ viewer { id uploads { nodes { title } } } }")
