"""What one document may ask for, and that no document holds up everybody else while that is found out."""

import time

import pytest

from server.graphql import build_schema
from server.operations.documents import MAX_COMMENTS, MAX_TOKENS, Documents
from server.operations.reads import planner_of
from server.operations.refused import Refused

MAX_DEPTH = 15


@pytest.fixture(scope="module")
def documents():
    schema = build_schema(max_depth=MAX_DEPTH)
    return Documents(schema, planner_of(schema))


def refusals(documents, text):
    """Why a document is refused, found in a time that nobody minds."""
    begun = time.thread_time()
    try:
        documents.prepare(text, None)
        told = []
    except Refused as refused:
        told = [error.message for error in refused.errors]
    assert time.thread_time() - begun < 1
    return told


def woven(count, spreads, last):
    """A document of fragments that each spread the next one so often."""
    chain = [f"fragment f{n} on Query {{ {f'...f{n + 1} ' * spreads} }}" for n in range(count)]
    return " ".join(["{ ...f0 }", *chain, f"fragment f{count} on Query {{ {last} }}"])


def deep(depth):
    """Fields of so many levels above a leaf."""
    levels = ["uploads {", "nodes {", *["productions {", "nodes {", "upload {"] * depth][:depth]
    return " ".join([*levels, "__typename", *"}" * depth])


def test_a_document_may_be_as_deep_as_is_allowed(documents):
    assert refusals(documents, f"{{ {deep(MAX_DEPTH)} }}") == []
    told = ["The operation is nested deeper than the depth of 15 allowed."]
    assert refusals(documents, f"{{ {deep(MAX_DEPTH + 1)} }}") == told


def test_fragments_count_where_they_are_spread(documents):
    text = "query Q { viewer { ...v } } fragment v on Viewer { %s }"
    assert refusals(documents, text % deep(MAX_DEPTH - 1)) == []
    assert refusals(documents, text % deep(MAX_DEPTH)) == ["Q is nested deeper than the depth of 15 allowed."]


def test_introspection_is_as_deep_as_it_is(documents):
    introspection = "{ __schema { types { fields { type { " + "ofType { " * 12 + "name" + " }" * 17
    assert refusals(documents, introspection) == []


def test_aliases_count_as_often_as_their_fragment_is_spread(documents):
    text = "{ %s } fragment a on Query { a: __typename b: __typename }"
    assert refusals(documents, text % ("...a " * 30)) == []
    told = ["A document has at most 60 aliases."]
    assert refusals(documents, text % ("...a " * 31)) == told
    assert refusals(documents, text % ("...a " * 30 + "c: __typename")) == told
    assert refusals(documents, woven(25, 2, "a: __typename")) == told


def test_woven_fragments_are_added_up_at_once(documents):
    assert refusals(documents, woven(25, 2, "__typename")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ ...nowhere }", "Unknown fragment 'nowhere'."),
        ("{ ...a } fragment a on Query { ...a }", "Cannot spread fragment 'a' within itself."),
        (
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
            "Cannot spread fragment 'a' within itself via 'b'.",
        ),
    ],
)
def test_fragments_that_lead_nowhere_are_refused_in_words(documents, text, told):
    assert refusals(documents, text) == [told]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ " + "viewer { id } " * 500 + "}", "Validation aborted."),
        ("{ " + "... { viewer { id } } " * 300 + "}", "Validation aborted."),
        (woven(1000, 1, "__typename"), "Validation aborted."),
        (
            "{ " + "a " * MAX_TOKENS + "}",
            f"Syntax Error: Document contains more than {MAX_TOKENS} tokens. Parsing aborted.",
        ),
        (
            "#\n" * (MAX_COMMENTS + 1) + "{ __typename }",
            f"Syntax Error: Document contains more than {MAX_COMMENTS} comments. Parsing aborted.",
        ),
    ],
)
def test_what_takes_long_to_check_is_refused(documents, text, told):
    assert refusals(documents, text) == [told]
