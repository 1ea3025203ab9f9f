"""What is read from attributes is what graphql-core makes of the same value, or nothing is."""

import pytest
import strawberry
from graphql import Executor, parse
from graphql.pyutils import Undefined
from hypothesis import given
from hypothesis import strategies as st

from planner.selection.attributes import NotPlain, attribute_reader
from planner.selection.collecting import Collecting
from tests.planner.attribute_documents import (
    A_CAT,
    A_DOG,
    BELOW,
    FIELDS,
    ROOTS,
    SCHEMA,
    WRONG,
    Awaited,
    Cat,
    Chip,
    Dog,
    Query,
    Stranger,
    documents,
    values,
)


def executor_of(text, value=None, variables=None):
    executor = Executor.build(
        SCHEMA._schema, parse(text), raw_variable_values=variables or {}, root_value=value
    )
    assert isinstance(executor, Executor), executor
    return executor


def reader_of(executor):
    collecting = Collecting(executor.schema, executor.fragments, executor.variable_values, executor.operation)
    root = executor.schema.query_type
    [details] = collecting.at_root(root).grouped_field_set.values()
    return attribute_reader(collecting, root.fields[details[0].node.name.value].type, details)


def is_the_same(text, root, value, variables=None):
    """Demands what graphql-core makes or, where that tells an error, nothing."""
    executor = executor_of(text, Query(**dict.fromkeys([*ROOTS, "box"]) | {root: value}), variables)
    expected = executor.execute_operation()
    assert not hasattr(expected, "__await__")
    if expected.errors:
        with pytest.raises(Exception):  # noqa: B017 - whichever it is, graphql-core words it
            reader_of(executor)(value)
        return False
    assert {root: reader_of(executor)(value)} == expected.data
    return True


@given(st.data(), documents())
def test_it_makes_what_graphql_core_makes(data, asked):
    root, text = asked
    assert is_the_same(text, root, data.draw(values(root, [])))


@given(st.data(), documents())
@pytest.mark.slow
def test_what_graphql_core_tells_as_an_error_raises(data, asked):
    root, text = asked
    is_the_same(text, root, data.draw(values(root, WRONG)))


def like(value, **changes):
    """Another of its kind with the same attributes but these."""
    return type(value)(**vars(value) | changes)


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong).partition(" object at ")[0])
def test_each_root_with_each_wrong_value(root, wrong):
    on_cat = "... on Cat { name lives }" if root == "pets" else "name"
    for value in (wrong, [A_CAT, wrong]):
        is_the_same(f"{{ {root} {{ {on_cat} }} }}", root, value)


@pytest.mark.parametrize("name", FIELDS["Cat"].split())
def test_each_field_with_each_wrong_value(name):
    below = " { __typename }" if name in BELOW else ""
    for wrong in [*WRONG, Undefined]:
        is_the_same(f"{{ cat {{ {name}{below} }} }}", "cat", like(A_CAT, **{name: wrong}))


def test_what_is_yet_to_be_awaited_raises():
    for text in ("{ cat { name } }", "{ cat { rival { name } } }", "{ pets { __typename } }"):
        with pytest.raises(TypeError):
            reader_of(executor_of(text))(Awaited())
    with pytest.raises(TypeError):
        reader_of(executor_of("{ cat { name } }"))(Stranger(name=Awaited()))


def test_a_scalar_that_comes_to_nothing_raises():
    for label, comes_to_something in (("x", False), (None, True)):
        cat = like(A_CAT, chip=Chip(number="1", label=label))
        assert is_the_same("{ cat { chip { label } } }", "cat", cat) is comes_to_something


def test_a_cast_decides_as_it_does_in_strawberry():
    cat, dog = strawberry.cast(Dog, like(A_CAT)), strawberry.cast(Cat, like(A_DOG))
    assert not is_the_same("{ cat { name } }", "cat", cat)
    assert not is_the_same("{ named { name } }", "named", [cat])
    for text in ("{ pets { __typename } }", "{ pets { ... on Cat { name } } }"):
        for value in (cat, dog):
            with pytest.raises(TypeError):
                reader_of(executor_of(text))([value])


@pytest.mark.parametrize(
    "text",
    [
        "{ cat { purr } }",
        "{ cat { name friend { ... on Dog { years } } } }",
        "{ pets { ... on Cat { kittens { name purr } } } }",
        "{ named { name ... on Cat { purr } } }",
        "{ box { __typename } }",
        "{ cat { name @loud } }",
    ],
)
def test_what_takes_more_than_to_read_is_not_plain(text):
    with pytest.raises(NotPlain):
        reader_of(executor_of(text))


def test_what_is_not_selected_this_time_is_no_hindrance():
    text = "query ($more: Boolean!) { cat { name purr @include(if: $more) } }"
    with pytest.raises(NotPlain):
        reader_of(executor_of(text, variables={"more": True}))
    assert is_the_same(text, "cat", A_CAT, {"more": False})
