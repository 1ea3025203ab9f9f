"""A hastened resolver is handed what Strawberry hands it, and what becomes of its answer is the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import strawberry
from graphql import GraphQLObjectType, execute, parse, specified_rules, validate
from hypothesis import assume, given, settings
from strawberry.extensions import FieldExtension

from planner.values.hastened_resolvers import hasten
from tests.planner.argument_documents import HANDED, STRAWBERRY, Inner, Query, asked

QUICK = strawberry.Schema(Query)
hasten(QUICK._schema)
MANY = settings(max_examples=2 * settings.default.max_examples)


def executed(schema, text, raw):
    """The result, and what resolvers were handed."""
    HANDED.clear()
    result = execute(schema._schema, parse(text), variable_values=raw)
    return result.formatted, repr(HANDED)


@MANY
@given(asked())
def test_it_is_handed_what_strawberry_hands_it(asked):
    text, raw = asked
    assume(not validate(STRAWBERRY._schema, parse(text), specified_rules))
    assert executed(QUICK, text, raw) == executed(STRAWBERRY, text, raw)


class Louder(FieldExtension):
    def resolve(self, next_, source, info, **kwargs):
        return next_(source, info, **kwargs).upper()


@strawberry.type
class Thing:
    name: str

    @strawberry.field
    def by_self(self, info: strawberry.Info, inner: Inner) -> str:
        return f"{self.name} {inner.id} {info.field_name} {info.context}"

    @strawberry.field
    @staticmethod
    async def by_parent(parent: strawberry.Parent["Thing"], n: int | None = None) -> str:
        return f"{parent.name} {n}"

    @strawberry.field
    @staticmethod
    def by_root(root: "Thing", inners: list[Inner | None]) -> str:
        return f"{root.name} {[inner and inner.id for inner in inners]}"

    @strawberry.field(extensions=[Louder()])
    def loud(self, text: str = "loud") -> str:
        return text

    @strawberry.field
    async def fails(self, text: str) -> str:
        raise ValueError(text)


def thing(name: str = "a thing") -> Thing:
    return Thing(name=name)


@strawberry.type
class Problem:
    message: str


@strawberry.type
class Things:
    @strawberry.field
    def perhaps(self, text: str) -> Thing | Problem:
        raise ValueError(text)

    thing = strawberry.field(resolver=thing)


@strawberry.type
class Ticking:
    @strawberry.subscription
    async def ticks(self, count: int) -> AsyncIterator[int]:
        yield count


@pytest.mark.parametrize(
    "text",
    [
        "{ thing { name } }",
        '{ thing(name: "x") { bySelf(inner: {id: 1}) byParent(n: 3) loud } }',
        "query ($i: [Inner]!) { thing { byRoot(inners: $i) } }",
        '{ thing { byParent loud(text: "more") } }',
        '{ thing { fails(text: "why") name } }',
        "{ thing { bySelf(inner: {id: null}) } }",
    ],
)
async def test_what_it_answers_and_raises_is_the_same(text):
    raw, found = {"i": [{"id": "1"}, None]}, []
    for is_quick in (False, True):
        schema = strawberry.Schema(Things)
        if is_quick:
            hasten(schema._schema)
        result = execute(schema._schema, parse(text), variable_values=raw, context_value="context")
        found.append((await result if asyncio.iscoroutine(result) else result).formatted)
    assert found[0] == found[1]


class Telling(strawberry.ExceptionHandler[ValueError, Problem]):
    def handle(self, exception, *, field, info):
        return Problem(message=str(exception))


def hastened_of(schema):
    """The names of the fields whose resolvers are ours."""
    hasten(schema._schema)
    types = [found for found in schema._schema.type_map.values() if isinstance(found, GraphQLObjectType)]
    fields = [(name, field) for type_ in types for name, field in type_.fields.items() if field.resolve]
    return {name for name, field in fields if field.resolve.__module__ == "planner.values.hastened_resolvers"}


def test_only_what_it_can_do_is_hastened():
    schema = strawberry.Schema(Things, subscription=Ticking)
    told = {"thing", "bySelf", "byParent", "byRoot", "fails", "perhaps"}
    assert hastened_of(schema) == told
    # Fields that take what builds itself in a way of its own: Maybe, GlobalID.
    assert hastened_of(QUICK) == {"plain", "lists"}
    assert hastened_of(strawberry.Schema(Things, exception_handlers=[Telling()])) == told - {"perhaps"}
