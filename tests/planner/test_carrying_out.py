"""What a mutation does and answers is what graphql-core makes of it, each resolver called once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import isawaitable

import pytest
from graphql import execute, get_operation_ast, parse, specified_rules, validate
from hypothesis import assume, given, settings

from planner.planner import Planner, Subject
from planner.run import Fetch
from tests.planner.mutation_documents import DONE, HASTENED, PLAIN, told_of

# The documents declare all that one of them may use.
RULES = [rule for rule in specified_rules if not rule.__name__.startswith("NoUnused")]
WELL = 'mutation { perhaps(told: {act: %s, text: "it"}) { thing { name } surely { number } } }'


@asynccontextmanager
async def nowhere() -> AsyncIterator[Fetch]:
    raise AssertionError("nothing here is in a database")
    yield


def planner_of_these(heard):
    subject = Subject(0, lambda context: None, lambda kind: None, lambda context: None)
    return Planner(HASTENED._schema, subject, nowhere, heard.append)


async def both(planner, text, sent):
    """graphql-core's result and the planner's, each with what was done."""
    document = parse(text)
    operation = planner.operation(document, get_operation_ast(document))
    DONE.clear()
    result = execute(PLAIN._schema, document, variable_values=sent, context_value="Ada")
    expected = (await result if isawaitable(result) else result).formatted, list(DONE)
    DONE.clear()
    result = await planner.executed(operation, sent, "Ada")
    return expected, (result.formatted, list(DONE))


@settings(max_examples=3 * settings.default.max_examples)
@given(told_of())
async def test_it_is_what_graphql_core_makes_of_it(told):
    text, sent = told
    assume(not validate(PLAIN._schema, parse(text), RULES))
    expected, found = await both(planner_of_these([]), text, sent)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("mutation ($n: Int) { a: atOnce(told: {act: WELL}, n: $n) { thing { name } } }", 0),
        ("mutation { a: perhaps(told: {act: RAISE}) {_} b: perhaps(told: {act: WELL}) {_} }", 2),
        ("mutation { a: surely(told: {act: NOTHING}) {_} b: perhaps(told: {act: WELL}) {_} }", 2),
        ("mutation { number(told: {act: WELL}) either(told: {act: WELL}) { __typename } }", 2),
        ("mutation { perhaps(told: {act: HAVE_NO_LIST}) { a: things { name } surely { name } } }", 1),
        ("mutation { perhaps(told: {act: WELL}) { surely { name loud } } }", 2),
        (
            "mutation { a: __typename perhaps(told: {act: WELL}) @skip(if: true) {_} b: bare {_} }",
            1,
        ),
    ],
)
async def test_each_is_done_once_and_in_order(text, done):
    text = text.replace("{_}", "{ __typename }")
    expected, found = await both(planner_of_these([]), text, {"n": None})
    assert found == expected
    assert len(found[1]) == done


@pytest.mark.parametrize(
    ("act", "reasons", "raised"),
    [
        ("WELL", {}, []),
        ("NOTHING", {}, []),
        ("RAISE", {}, []),
        ("RETURN_AN_ERROR", {}, []),
        ("BE_OF_ANOTHER_CLASS", {"a payload of another class": 1}, []),
        ("LACK_A_NAME", {"raised TypeError": 1}, [TypeError]),
        ("BE_OF_ANOTHER_KIND", {"raised GraphQLError": 1}, ["GraphQLError"]),
    ],
)
async def test_what_a_plan_cannot_read_is_completed_by_graphql_core(act, reasons, raised):
    heard = []
    planner = planner_of_these(heard)
    expected, found = await both(planner, WELL % act, {})
    assert found == expected
    assert found[1] == [f"{act} it"]
    assert planner.counts.fell_back == reasons
    assert planner.counts.planned == (act == "WELL")
    assert len(heard) == len(raised)


async def test_an_error_of_ours_while_planning_costs_nothing_but_the_plan(monkeypatch):
    heard = []
    planner = planner_of_these(heard)

    def fail(*_):
        raise LookupError("a bug")

    monkeypatch.setattr("planner.planner.mutation_plan_of", fail)
    expected, found = await both(planner, WELL % "WELL", {})
    assert found == expected
    assert found[1] == ["WELL it"]
    assert [type(error) for error in heard] == [LookupError]
