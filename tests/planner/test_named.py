"""A row is found by columns of any name: none of them is taken for what a run brings by itself."""

from types import SimpleNamespace

import pytest
from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

from planner.levels.named import OneLevel
from planner.sql.statements import Statements

WHO_ASKS, SOMEBODY, ASKED_FOR = 7, -1, 8


class Ballot(Model):
    id = fields.IntField(primary_key=True)
    viewer = fields.IntField()
    parent = fields.IntField()

    class Meta:
        table = "ballots"


class Mine(Q):
    def resolve(self, resolve_context):
        return QueryModifier(resolve_context.table["id"] == SOMEBODY)


@pytest.mark.parametrize("name", ["id", "viewer", "parent"])
async def test_whose_row_it_is_and_who_asks_are_kept_apart(name):
    level = OneLevel(Ballot, Mine(), Statements(SOMEBODY), "ballot")
    level.by = lambda run: {name: ASKED_FOR}
    level.settle()
    sent = []

    async def fetch(sql, arguments):
        sent.append((sql.partition(" WHERE ")[2].partition(")")[0], arguments))
        return []

    await level.find(SimpleNamespace(viewer=WHO_ASKS, fetch=fetch))
    assert sent == [(f't0."{name}" = $1 AND ("t0"."id"=$2', [ASKED_FOR, WHO_ASKS])]
