"""Variables' values are what graphql-core makes of them, and what is wrong is worded as it words it."""

import pytest
from graphql import build_schema, get_variable_values, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.values import variables
from planner.values.variables import VariableReader
from server.graphql import build_schema as build_airdate
from tests.planner.input_documents import WRONG, input_types, literal, sent
from tests.slow_cases import slow_after

OTHER = build_schema(
    """
    enum Level { LOW HIGH }
    scalar Anything
    input Tree { n: Int! = 3, child: Tree, grid: [[Int!]] = [[1]] }
    input Either @oneOf { a: Int, b: Level }
    input Plain {
        a: String = "a", level: Level! = LOW, x: Float, levels: [Level!] = [HIGH], any: Anything, t: Inner!
    }
    input Inner { id: ID!, yes: Boolean, other: Inner2 = {list: [1]} }
    input Inner2 { list: [Int] = [2], deep: [Anything!] }
    type Query { x(tree: Tree, either: Either, plain: Plain): Int }
    """
)
AIRDATE = build_airdate(max_depth=15)._schema
SCHEMAS = {"airdate": AIRDATE, "other": OTHER}
MANY = settings(max_examples=2 * settings.default.max_examples)


def plain(found):
    """What graphql-core and we made, fit to be compared."""
    if isinstance(found, list):
        return [(error.formatted, type(error.original_error)) for error in found]
    sources = {}
    for name, source in found.sources.items():
        signature = source.signature
        default = signature.default and signature.default.literal
        sources[name] = (signature.name, str(signature.type), default, repr(source.value))
    # The values of 1, 1.0 and True are equal.
    return sources, repr(found.coerced)


@st.composite
def asked(draw, schema, is_wrong):
    """An operation with variables, and what is sent for them."""
    texts, raw = [], {}
    for number in range(draw(st.integers(0, 4))):
        name, type_ = f"v{number}", draw(input_types(schema))
        text = f"${name}: {type_}"
        if draw(st.booleans()):
            text += f" = {literal(type_, draw(sent(type_)))}"
        if draw(st.integers(1, 3)) > 1:
            raw[name] = draw(sent(type_, is_wrong))
        texts.append(text)
    head = f"({', '.join(texts)})" if texts else ""
    if draw(st.booleans()):
        raw["beside"] = draw(st.sampled_from(WRONG))
    return f"query Q{head} {{ x }}", raw


def is_the_same(schema, text, raw):
    [operation] = parse(text).definitions
    reader = VariableReader(schema, operation)
    nodes = operation.variable_definitions or ()
    for _ in range(2):
        expected = get_variable_values(schema, nodes, dict(raw), 50)
        assert plain(reader.read(raw)) == plain(expected)


@pytest.mark.parametrize("schema", slow_after(1, SCHEMAS.values()), ids=SCHEMAS)
@pytest.mark.parametrize("is_wrong", [False, True], ids=["right", "wrong"])
@MANY
@given(data=st.data())
def test_it_makes_what_graphql_core_makes(schema, is_wrong, data):
    is_the_same(schema, *data.draw(asked(schema, is_wrong)))


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("type_", ["Int", "Float", "String", "ID", "Boolean", "Level", "Anything", "Inner"])
def test_each_value_for_each_type(type_, wrong):
    for written in (type_, f"{type_}!", f"[{type_}]", f"[{type_}!]!"):
        for value in (wrong, [wrong], {"id": wrong}, {"id": "1", "other": {"list": wrong}}):
            is_the_same(OTHER, f"query ($v: {written}) {{ x }}", {"v": value})


@pytest.mark.parametrize(
    "text",
    [
        "query ($v: Unknown) { x }",
        "query ($v: Query) { x }",
        "query ($v: Int! = null) { x }",
        'query ($v: Int = "no") { x }',
        "query ($v: Plain = {}) { x }",
        "query ($v: Either = {a: 1, b: LOW}) { x }",
        "query ($v: [Level!]! = [LOW, null]) { x }",
    ],
)
@pytest.mark.parametrize("raw", [{}, {"v": 1}, {"v": None}])
def test_documents_that_are_not_valid(text, raw):
    is_the_same(OTHER, text, raw)


OBJECTS = [{}, {"a": 1}, {"a": None}, {"a": 1, "b": "LOW"}, {"a": 1, "b": None}, {"a": 1, "more": 1}]
OBJECTS += [{"id": "1", "more": 1}, {"id": "1", "yes": None}, {"child": {"child": {"n": None}}}]


@pytest.mark.parametrize("raw", OBJECTS, ids=repr)
@pytest.mark.parametrize("type_", ["Either", "Inner", "Tree"])
def test_each_object_for_each_type(type_, raw):
    is_the_same(OTHER, f"query ($v: {type_}, $w: [{type_}]) {{ x }}", {"v": raw, "w": [raw]})


def test_many_errors_are_cut_off_and_suggestions_hidden_as_graphql_core_does():
    text = "query ($v: [Int]!, $level: Level) { x }"
    is_the_same(OTHER, text, {"v": ["no"] * 60})
    [operation] = parse(text).definitions
    for hide_suggestions in (True, False):
        reader = VariableReader(OTHER, operation, hide_suggestions=hide_suggestions)
        found = reader.read({"v": [], "level": "LOWW"})
        assert ("Did you mean" in found[0].message) is not hide_suggestions


def test_a_default_that_one_reader_changes_is_whole_for_the_next():
    [operation] = parse("query ($v: [Int] = [1], $any: Anything = {a: [1]}) { x }").definitions
    reader = VariableReader(OTHER, operation)
    first = reader.read({})
    first.coerced["v"].append(2)
    first.coerced["any"]["a"].append(2)
    assert reader.read({}).coerced == {"v": [1], "any": {"a": [1]}}


@pytest.mark.parametrize(
    ("schema", "text", "raw"),
    [
        (AIRDATE, "query ($id: ID!, $first: Int = 20, $no: Boolean!) { x }", {"id": "x", "no": True}),
        (AIRDATE, "query ($f: ProductionFilter) { x }", {"f": {"statuses": ["QUEUED"], "spaceId": None}}),
        (AIRDATE, "mutation ($i: UpdateUploadInput!) { x }", {"i": {"uploadId": "x", "title": "y"}}),
        (OTHER, "query ($p: Plain, $x: [Float] = [1]) { x }", {"p": {"t": {"id": 7}, "x": 1, "any": [1]}}),
    ],
)
def test_what_is_usual_never_reaches_graphql_core(monkeypatch, schema, text, raw):
    [operation] = parse(text).definitions
    reader = VariableReader(schema, operation)
    expected = get_variable_values(schema, operation.variable_definitions, raw)
    monkeypatch.setattr(variables, "get_variable_values", None)
    assert plain(reader.read(raw)) == plain(expected)
