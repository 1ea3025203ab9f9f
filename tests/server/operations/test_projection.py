"""What is read straight from an event's attributes is, byte for byte, what graphql-core makes of it."""

import orjson
import pytest
from graphql import Executor, GraphQLObjectType, get_named_type, is_leaf_type, parse
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from server.operations.caller import Caller
from server.operations.projection import projection_of
from server.operations.streams import Stream
from services.viewer import ANONYMOUS
from tests.server.operations.made_up_events import ANY, RIGHT, WRONG, one_of_each
from tests.server.operations.plain_documents import OBJECTS, PLAIN, SCHEMA, documents

TYPES = SCHEMA._schema.type_map
WAYS = {
    "ProductionStatusEvent": "productionStatusChanged(id: 1) { %s }",
    "UploadStatusEvent": "uploadStatusChanged(id: 1) { %s }",
    "PublicationEvent": "publicationsChanged(spaceId: 1) { %s }",
    "Production": "productionStatusChanged(id: 1) { production { %s } }",
    "Upload": "uploadStatusChanged(id: 1) { upload { %s } }",
    "UploadRejection": "uploadStatusChanged(id: 1) { upload { rejection { %s } } }",
    "UploadMedia": "uploadStatusChanged(id: 1) { upload { media { %s } } }",
}


class Itself:
    """Follows events that are what they are told as."""

    def event_of(self, change):
        return change


def executor_of(text, variables=None):
    executor = Executor.build(SCHEMA._schema, parse(text), raw_variable_values=variables or {})
    assert isinstance(executor, Executor), executor
    return executor


def executed(executor, event):
    """The payload as graphql-core makes it, which never waits where there is no resolver."""
    payload = Stream(SCHEMA, executor, Itself(), Caller(None, ANONYMOUS, "http://test")).payload(event)
    with capture_logs():
        try:
            payload.send(None)
        except StopIteration as made:
            return made.value
    raise AssertionError("it waits")


@given(st.data(), documents())
def test_it_makes_what_graphql_core_makes(data, asked):
    text, variables, event_type = asked
    executor = executor_of(text, variables)
    projection = projection_of(executor)
    assert projection is not None
    event = data.draw(RIGHT[event_type])
    assert projection.payload_of(event) == executed(executor, event)


def is_made_or_left(executor, event):
    """Demands the same as graphql-core's or, where that tells an error, none of it."""
    expected = executed(executor, event)
    if "errors" in orjson.loads(expected):
        with pytest.raises(Exception):  # noqa: B017 - whichever it is, graphql-core has worded it
            projection_of(executor).payload_of(event)
    else:
        assert projection_of(executor).payload_of(event) == expected


@given(st.data(), documents())
def test_what_graphql_core_tells_as_an_error_is_left_to_it(data, asked):
    text, variables, event_type = asked
    is_made_or_left(executor_of(text, variables), data.draw(ANY[event_type]))


def field_texts(type_name):
    """Each field of a type with the least to ask for below it, and whether a function answers it."""
    type_ = TYPES[type_name]
    assert isinstance(type_, GraphQLObjectType)
    for name, found in type_.fields.items():
        below = "" if is_leaf_type(get_named_type(found.type)) else " { __typename }"
        definition = found.extensions["strawberry-definition"]
        yield name, f"{name}{below}", definition.base_resolver is not None


@pytest.mark.parametrize("type_name", WAYS)
def test_each_field_with_each_wrong_value(type_name):
    type_ = TYPES[type_name]
    for name in set(PLAIN[type_name].split()) - OBJECTS.keys():
        executor = executor_of("subscription { %s }" % (WAYS[type_name] % name))
        attribute = type_.fields[name].extensions["strawberry-definition"].python_name
        for wrong in WRONG:
            event, part = one_of_each()[type_name]
            setattr(part, attribute, wrong)
            is_made_or_left(executor, event)


@pytest.mark.parametrize("type_name", WAYS)
def test_a_field_that_a_function_answers_is_not_read_as_an_attribute(type_name):
    plain, answered = set(), set()
    for name, text, has_resolver in field_texts(type_name):
        alone = "subscription { %s }" % (WAYS[type_name] % text)
        beside = "subscription { %s }" % (WAYS[type_name] % f"__typename ... {{ x: {text} }}")
        is_plain = {projection_of(executor_of(document)) is not None for document in (alone, beside)}
        assert is_plain == {not has_resolver}, name
        (answered if has_resolver else plain).add(name)
    assert plain >= set(PLAIN[type_name].split())
    assert bool(answered) == (type_name in ("Production", "Upload", "PublicationEvent"))


def test_a_field_that_is_not_asked_for_this_time_is_no_hindrance():
    asked = "productionStatusChanged(id: 1) { production { id owner @include(if: $owner) { id } } }"
    text = f"subscription ($owner: Boolean!) {{ {asked} }}"
    assert projection_of(executor_of(text, {"owner": True})) is None
    assert projection_of(executor_of(text, {"owner": False})) is not None
