"""An object of a row reads what it was not given when it is asked for it."""

from datetime import UTC, datetime

import pytest
import strawberry
from graphql import execute, parse

import models
from planner.declared import Computed, backed_by
from planner.row_objects import OfRow
from schema.node import Node, id_writer
from tests.differential.made_up_rows import NOW

ASKED = []


def shout_of(row: models.User) -> str:
    ASKED.append(row.name)
    return row.name.upper()


@backed_by(models.User, identity=id_writer, computed={"shout": Computed(("name",), shout_of)})
@strawberry.type
class Singer(Node, OfRow[models.User]):
    row: strawberry.Private[models.User]
    name: str
    shout: str
    created_at: datetime

    @strawberry.field
    def length(self) -> int:
        return len(self.row.name)


@strawberry.type
class Query:
    @strawberry.field
    def singer(self) -> Singer:
        return Singer.from_row(models.User(id=KEY, name="Ada", email="a@b", created_at=NOW))


KEY = "0197b2f0-0000-7000-8000-000000000001"


def test_graphql_core_reads_it_as_any_other():
    asked = parse("{ singer { id name shout again: shout length createdAt __typename ... on Node { id } } }")
    singer = {"id": id_writer("Singer")(KEY), "name": "Ada", "shout": "ADA", "again": "ADA", "length": 3}
    result = execute(strawberry.Schema(Query)._schema, asked)
    assert result.errors is None
    assert result.data == {"singer": {**singer, "createdAt": NOW.isoformat(), "__typename": "Singer"}}


def test_what_is_computed_is_computed_once_and_only_if_it_is_asked_for():
    ASKED.clear()
    singer = Singer.from_row(models.User(name="Ada"))
    assert (singer.name, ASKED) == ("Ada", [])
    assert (singer.shout, singer.shout, ASKED) == ("ADA", "ADA", ["Ada"])


def test_what_it_was_given_is_kept():
    singer = Singer(id="1", row=models.User(name="Ada"), name="Bob", shout="B", created_at=datetime.now(UTC))
    assert (singer.name, singer.shout) == ("Bob", "B")


def test_it_has_nothing_else():
    singer = Singer.from_row(models.User(name="Ada", email="ada@example.org"))
    with pytest.raises(AttributeError, match="Singer has no attribute email"):
        _ = singer.email
    with pytest.raises(AttributeError):
        _ = Singer.__new__(Singer).name


class Bare(OfRow[models.User]):
    pass


def test_a_type_that_is_backed_by_nothing_says_so():
    with pytest.raises(TypeError, match="Bare is backed by no table"):
        _ = Bare.from_row(models.User(name="Ada")).name


@backed_by(models.User)
@strawberry.type
class Defaulted(OfRow[models.User]):
    row: strawberry.Private[models.User]
    id: strawberry.ID
    name: str = "nobody"


def test_a_default_would_stand_before_the_row_and_is_refused():
    with pytest.raises(TypeError, match="Defaulted has a default for name"):
        _ = Defaulted.from_row(models.User(name="Ada")).id
