"""Documents are parsed and validated once, and a bounded number is remembered."""

import pytest

from server.graphql import build_schema
from server.operations import documents as documents_module
from server.operations.documents import MAX_REMEMBERED_LENGTH, Documents
from server.operations.reads import planner_of
from server.operations.refused import Refused


@pytest.fixture
def documents(monkeypatch):
    size = len(query(0)) * documents_module.BYTES_A_CHARACTER + documents_module.ENTRY_BYTES
    monkeypatch.setattr(documents_module, "MEMORY_BYTES", 3 * size)
    schema = build_schema(max_depth=15)
    return Documents(schema, planner_of(schema))


@pytest.fixture
def parsed(monkeypatch):
    """The texts that were parsed."""
    texts, parse = [], documents_module.parse

    def counted(text, **limits):
        texts.append(text)
        return parse(text, **limits)

    monkeypatch.setattr(documents_module, "parse", counted)
    return texts


def query(number):
    return f"query Q{number} {{ viewer {{ id }} }}"


def test_the_longest_unused_goes(documents, parsed):
    first = documents.prepare(query(0), None)
    for number in (1, 2, 0, 3, 0):
        documents.prepare(query(number), None)
    assert documents.prepare(query(0), None) is first
    assert parsed == [query(number) for number in (0, 1, 2, 3)]
    documents.prepare(query(1), None)
    assert parsed[4:] == [query(1)]
    assert len(documents._prepared) == 3


def test_a_long_document_is_not_remembered(documents, parsed):
    text = query(1) + "#" * MAX_REMEMBERED_LENGTH
    assert documents.prepare(text, None).operation.name.value == "Q1"
    documents.prepare(text, None)
    assert parsed == [text, text]
    assert len(documents._prepared) == 0


@pytest.mark.parametrize(
    "text", ["{", "{ nobody }", "{ viewer { id } } { viewer { name } }", query(1) + query(2)]
)
def test_what_is_refused_is_refused_each_time(documents, text):
    for _ in range(2):
        with pytest.raises(Refused):
            documents.prepare(text, None)
    assert len(documents._prepared) == 0


def test_each_operation_of_a_document_is_one(documents):
    text = query(1) + query(2)
    names = [documents.prepare(text, name).operation.name.value for name in ("Q1", "Q2", "Q1")]
    assert names == ["Q1", "Q2", "Q1"]
    with pytest.raises(Refused, match="Unknown operation named"):
        documents.prepare(text, "Q3")


ONE = "productionStatusChanged(id: $id, after: $after) { cursor }"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"subscription ($id: ID!, $after: String) {{ {ONE} }}", "after"),
        (f"subscription ($id: ID!, $after: String) {{ told: {ONE} }}", "after"),
        ("subscription ($id: ID!) { productionStatusChanged(id: $id) { cursor } }", None),
        ('subscription ($id: ID!) { productionStatusChanged(id: $id, after: "x") { cursor } }', None),
        ("subscription ($x: String!) { productionStatusChanged(id: 1, after: $x) { cursor } }", "x"),
        (
            "subscription ($x: String) { publicationsChanged(spaceId: 1, after: $x) {"
            " publication { production { publications(after: $x) { totalCount } } } } }",
            None,
        ),
        (
            "subscription ($x: String) { publicationsChanged(spaceId: 1) {"
            " publication { production { publications(after: $x) { totalCount } } } } }",
            None,
        ),
    ],
)
def test_the_variable_that_says_where_to_continue(documents, text, expected):
    assert documents.prepare(text, None).resume_variable == expected
