"""What is asked of both: a document, and several times who asks for which of its operations with what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pprint import pformat
from typing import Any

import orjson
from graphql import (
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    print_ast,
)
from hypothesis import strategies as st

from tests.differential.arguments import Arguments
from tests.differential.choices import Choices
from tests.differential.documents import Writer
from tests.differential.values import Values
from tests.differential.variables import Variables
from tests.differential.world import World

MOST_RUNS = 3


@dataclass(frozen=True, slots=True)
class Run:
    viewer: str
    operation_name: str | None
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    runs: tuple[Run, ...]

    @property
    def is_mutation(self) -> bool:
        return any(
            isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION
            for node in parse(self.text).definitions
        )

    def to_json(self) -> bytes:
        return orjson.dumps(self, option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, value: bytes) -> "Case":
        told = orjson.loads(value)
        return cls(told["text"], tuple(Run(**run) for run in told["runs"]))

    def __repr__(self) -> str:
        try:
            text = print_ast(parse(self.text))
        except GraphQLSyntaxError:
            text = self.text
        return f"{text}\n\n{pformat(self.runs)}"


@st.composite
def cases_of(draw: st.DrawFn, schema: GraphQLSchema, world: World) -> Case:
    """Queries of every kind."""
    choices = Choices(draw)
    writer = _writer(choices, schema, world, is_exotic=choices.chance(10))
    count = choices.one_of((1, 1, 1, 1, 1, 2, 3))
    names = ["First", "Second", "Third"][:count] if count > 1 or choices.chance(3) else [None]
    operations = {name: writer.operation("query", name) for name in names}
    runs = []
    for _ in range(choices.between(1, MOST_RUNS)):
        name = choices.one_of(names)
        told = _told_name(writer.arguments.values, name, count)
        runs.append(_run(choices, world, told, writer.variables.sent(operations[name][1])))
    return Case(_text(writer, [text for text, _ in operations.values()]), tuple(runs))


@st.composite
def mutations_of(draw: st.DrawFn, schema: GraphQLSchema, world: World) -> Case:
    """One or a few mutations in a document, whose payloads are asked for all that queries are."""
    choices = Choices(draw)
    writer = _writer(choices, schema, world, is_exotic=False)
    text, used = writer.operation("mutation", None)
    return Case(_text(writer, [text]), (_run(choices, world, None, writer.variables.sent(used)),))


def _writer(choices: Choices, schema: GraphQLSchema, world: World, *, is_exotic: bool) -> Writer:
    values = Values(choices, world, is_wild=choices.chance(5))
    variables = Variables(choices, values)
    return Writer(choices, schema, Arguments(choices, values, variables), variables, is_exotic)


def _text(writer: Writer, operations: list[str]) -> str:
    fragments = [fragment.text for fragment in writer.fragments.values()]
    return "\n".join([*fragments, *operations] if writer.choices.chance(3) else [*operations, *fragments])


def _run(choices: Choices, world: World, operation_name: str | None, variables: Mapping[str, Any]) -> Run:
    # The first has the most to see.
    viewer = choices.one_of([*world.viewers[:1] * 4, *world.viewers[:2], *world.viewers])
    return Run(viewer, operation_name, variables)


def _told_name(values: Values, name: str | None, count: int) -> str | None:
    if values.wild(20):
        return "Nothing"
    # The only one need not be named, by whatever name it goes.
    return name if count > 1 or values.wild(2) else None
