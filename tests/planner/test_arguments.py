"""What a resolver is handed is what is read of the document without one."""

import pytest
from graphql import execute, get_variable_values, parse, specified_rules, validate
from hypothesis import assume, given, settings
from strawberry.relay import GlobalID

from planner.values import arguments, python_values
from planner.values.arguments import ArgumentReader
from tests.planner.argument_documents import FIELDS, HANDED, SCHEMA, asked

MANY = settings(max_examples=2 * settings.default.max_examples)


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
