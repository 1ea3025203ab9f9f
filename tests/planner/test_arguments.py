"""What a resolver is handed is what is read of the document without one."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Optional

import pytest
import strawberry
from graphql import GraphQLNonNull, execute, get_variable_values, parse, specified_rules, validate
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strawberry.relay import GlobalID
from strawberry.scalars import JSON

from planner import arguments, python_values
from planner.arguments import ArgumentReader
from tests.planner.input_documents import literal, sent


@strawberry.enum
class Level(Enum):
    LOW = "low"
    HIGH = 2


@strawberry.input
class Inner:
    id: strawberry.ID
    level: Level | None = Level.LOW
    numbers: list[int | None] = strawberry.field(default_factory=lambda: [1])
    any: JSON | None = None


@strawberry.input
class Outer:
    inner: Inner
    at: datetime | None
    inners: list[Inner] | None = strawberry.UNSET
    deeper: Optional["Outer"] = None
    renamed: float = strawberry.field(default=1.5, name="other")
    grid: list[list[Level]] | None = None


@strawberry.input(one_of=True)
class Either:
    a: strawberry.Maybe[int]
    b: strawberry.Maybe[Inner]


@strawberry.input
class Change:
    title: strawberry.Maybe[str | None]
    level: strawberry.Maybe[Level]


LazyInner = Annotated["Inner", strawberry.lazy(__name__)]


@strawberry.type
class Query:
    @strawberry.field
    def plain(
        self,
        info: strawberry.Info,
        id: strawberry.ID,
        first: int = 20,
        after: str | None = None,
        ratio: float | None = strawberry.UNSET,
        yes: bool = True,
        order_by: Level = Level.HIGH,
        at: datetime | None = None,
    ) -> str:
        return "done"

    @strawberry.field
    def lists(
        self,
        levels: list[Level] | None = None,
        grid: list[list[int]] | None = strawberry.UNSET,
        texts: Annotated[list[str] | None, strawberry.argument(name="words")] = strawberry.UNSET,
        any: JSON | None = None,
        inners: list[Inner | None] | None = None,
    ) -> str:
        return "done"

    @strawberry.field
    def objects(
        self,
        outer: Outer | None = None,
        inner: LazyInner | None = strawberry.UNSET,
        either: Either | None = strawberry.UNSET,
        change: Change | None = None,
        given: Inner = Inner(id=strawberry.ID("7"), numbers=[7]),  # noqa: B008 - one default, a new object each time
    ) -> str:
        return "done"

    @strawberry.field
    def node(self, id: GlobalID | None, ids: list[GlobalID] | None = None) -> str:
        return "done"


STRAWBERRY = strawberry.Schema(Query)
SCHEMA = STRAWBERRY._schema
FIELDS = SCHEMA.query_type.fields
HANDED = []
for found in FIELDS.values():
    found.extensions["strawberry-definition"].get_result = lambda source, info, args, kwargs: (
        HANDED.append({name: value for name, value in kwargs.items() if name != "info"}) or "done"
    )
MANY = settings(max_examples=4 * settings.default.max_examples)
IDS = st.sampled_from([str(GlobalID("Upload", "1")), "Tm8=", "1"])


@st.composite
def asked(draw):
    """A document of one field, with variables here and there, and their values."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    defined, raw, texts = [], {}, []

    def variable(type_):
        number = f"v{len(defined)}"
        of = type_.of_type if isinstance(type_, GraphQLNonNull) and draw(st.booleans()) else type_
        text = f"${number}: {of}"
        if draw(st.integers(1, 3)) == 1 or (of is not type_ and draw(st.booleans())):
            text += f" = {literal(of, draw(values(of, name)))}"
        if draw(st.integers(1, 4)) > 1:
            raw[number] = draw(values(of, name))
        defined.append(text)
        return f"${number}"

    def written(type_):
        """A literal, some of whose parts are variables."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if draw(st.integers(1, 3)) == 1 and hasattr(inner, "fields") and not inner.is_one_of:
            parts = [
                f"{part}: {variable(field.type) if draw(st.booleans()) else written(field.type)}"
                for part, field in inner.fields.items()
                if part != "deeper" and (isinstance(field.type, GraphQLNonNull) or draw(st.booleans()))
            ]
            return f"{{{', '.join(parts)}}}"
        return literal(type_, draw(values(type_, name)))

    for argument, found in FIELDS[name].args.items():
        way = draw(st.sampled_from(["literal", "variable", "variable", "absent"]))
        if way != "absent":
            texts.append(f"{argument}: {variable(found.type) if way == 'variable' else written(found.type)}")
    head = f"({', '.join(defined)})" if defined else ""
    return f"query Q{head} {{ {name}{f'({chr(44).join(texts)})' if texts else ''} }}", raw


def values(type_, field):
    if field == "node" and str(type_).startswith("ID"):
        return IDS if isinstance(type_, GraphQLNonNull) else st.none() | IDS
    return sent(type_, depth=2)


def handed(document, raw):
    """What a resolver is handed, None where it is not called."""
    HANDED.clear()
    execute(SCHEMA, document, variable_values=raw)
    return HANDED[0] if HANDED else None


def reader_of(document):
    node = document.definitions[0].selection_set.selections[0]
    return ArgumentReader(SCHEMA, FIELDS[node.name.value], node)


def is_the_same(text, raw):
    document = parse(text)
    nodes = document.definitions[0].variable_definitions or ()
    variables = get_variable_values(SCHEMA, nodes, raw)
    if isinstance(variables, list):
        return None
    reader = reader_of(document)
    for _ in range(2):
        expected = handed(document, raw)
        if expected is None:
            with pytest.raises(Exception):  # noqa: B017 - whichever it is, graphql-core words it
                reader.read(variables)
        else:
            found = reader.read(variables)
            assert found == expected
            # 1, 1.0 and True are equal.
            assert {name: repr(value) for name, value in found.items()} == {
                name: repr(value) for name, value in expected.items()
            }
    return expected


@MANY
@given(asked())
def test_it_reads_what_a_resolver_is_handed(asked):
    text, raw = asked
    assume(not validate(SCHEMA, parse(text), specified_rules))
    is_the_same(text, raw)


@pytest.mark.parametrize(
    ("text", "raw", "is_handed"),
    [
        ('{ plain(id: "1") }', {}, True),
        ("{ plain }", {}, False),
        ("query ($id: ID) { plain(id: $id) }", {}, False),
        ("query ($id: ID) { plain(id: $id) }", {"id": None}, False),
        ("query ($first: Int) { plain(id: 1, first: $first) }", {}, True),
        ("query ($first: Int) { plain(id: 1, first: $first) }", {"first": None}, False),
        ("query ($first: Int = 5) { plain(id: 1, first: $first) }", {}, True),
        ("query ($after: String) { plain(id: 1, after: $after) }", {"after": None}, True),
        ("query ($ratio: Float) { plain(id: 1, ratio: $ratio) }", {}, True),
        ("{ plain(id: 1, first: null) }", {}, False),
        ('{ plain(id: 1, first: "no") }', {}, False),
        ('{ plain(id: 1, at: "no") }', {}, False),
        ("{ lists(words: null, any: {a: [1, {b: 2}]}) }", {}, True),
        ("query ($x: Int) { lists(any: {a: [$x]}) }", {"x": 3}, True),
        ("query ($any: JSON) { lists(any: $any) }", {"any": {"a": []}}, True),
        ("query ($l: [Level!]) { lists(levels: $l) }", {"l": ["LOW"]}, True),
        ("query ($l: [Level!]) { lists(levels: $l) }", {"l": None}, True),
        ("{ lists(levels: LOW, grid: 1) }", {}, True),
        ("{ lists(inners: [null, {id: 1}]) }", {}, True),
        ("{ objects }", {}, True),
        ("{ objects(either: {a: 1}, change: {title: null}) }", {}, True),
        ("{ objects(either: {a: 1, b: null}) }", {}, False),
        ("{ objects(change: {level: null}) }", {}, False),
        ("query ($e: Either) { objects(either: $e) }", {"e": {"b": {"id": "1"}}}, True),
        ("query ($e: Either) { objects(either: $e) }", {"e": None}, True),
        ("query ($c: Change) { objects(change: $c) }", {"c": {"title": None, "level": "LOW"}}, True),
        (
            "query ($o: Outer) { objects(outer: $o) }",
            {
                "o": {
                    "inner": {"id": 1, "level": None, "any": {"a": 1}},
                    "at": None,
                    "inners": [{"id": 2}],
                    "deeper": {"inner": {"id": 3}, "other": 7, "grid": [["HIGH"], []]},
                }
            },
            True,
        ),
        ('{ node(id: "Tm8=") }', {}, False),
        (f'{{ node(id: "{GlobalID("Upload", "1")}") }}', {}, True),
        ("query ($ids: [ID!]) { node(ids: $ids) }", {"ids": [str(GlobalID("Upload", "1"))]}, True),
    ],
)
def test_each_kind_of_argument(text, raw, is_handed):
    assert (is_the_same(text, raw) is not None) is is_handed


def test_what_a_resolver_changes_is_whole_for_the_next():
    for text in (
        "{ objects(outer: {inner: {id: 1, any: {a: [1]}, numbers: [1]}, grid: [[LOW]]}) }",
        "{ lists(levels: [LOW], any: {a: [1]}, inners: [{id: 1}]) }",
        "{ objects }",
    ):
        document = parse(text)
        reader, before = reader_of(document), handed(document, {})
        read = reader.read(arguments.NO_VARIABLES)
        for value in read.values():
            change(value)
        assert read != before
        assert reader.read(arguments.NO_VARIABLES) == before


def change(value):
    """A value and all that is in it."""
    inside = vars(value) if hasattr(value, "__strawberry_definition__") else value
    if isinstance(inside, dict):
        for item in inside.values():
            change(item)
        inside["id"] = "changed"
    elif isinstance(inside, list):
        for item in inside:
            change(item)
        inside.append("changed")


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("query ($id: ID!, $n: Int) { plain(id: $id, first: $n, orderBy: LOW) }", {"id": "1", "n": 5}),
        ("query ($o: Outer, $i: Inner) { objects(outer: $o, inner: $i) }", {"o": {"inner": {"id": 1}}}),
        ("{ objects(inner: {id: 1, numbers: [1]}) lists(levels: [LOW]) }", {}),
    ],
)
def test_what_is_usual_never_reaches_graphql_core_and_strawberry(monkeypatch, text, raw):
    document = parse(text)
    reader = reader_of(document)
    variables = get_variable_values(SCHEMA, document.definitions[0].variable_definitions or (), raw)
    expected = handed(document, raw)
    for module, name in ((arguments, "coerce_argument"), (arguments, "convert_argument")):
        monkeypatch.setattr(module, name, None)
    monkeypatch.setattr(python_values, "is_scalar", None)
    assert reader.read(variables) == expected
