import gc
from weakref import ref

import pytest
from graphql import get_operation_ast, parse

from planner.executor import Execution, OperationExecutor
from tests.planner.mutation_documents import HASTENED
from tests.planner.test_carrying_out import WELL, planner_of_these

LOUD = "mutation { perhaps(told: {act: WELL}) { thing { loud } } }"


@pytest.fixture
def made(monkeypatch):
    """The executions and executors that are there."""
    found = []
    for cls in (Execution, OperationExecutor):
        monkeypatch.setattr(cls, "__init__", _recorded(cls.__init__, found))
    return found


def _recorded(init, found):
    def recorded(self, *arguments):
        found.append(ref(self))
        init(self, *arguments)

    return recorded


@pytest.mark.parametrize(("text", "count"), [(WELL % "WELL", 1), (LOUD, 2), ("{ __typename }", 2)])
async def test_an_operation_leaves_nothing_to_the_collector(made, text, count):
    document, planner = parse(text), planner_of_these([])
    operation = planner.operation(document, get_operation_ast(document))
    gc.disable()
    try:
        result = await planner.executed(operation, {}, "Ada")
        assert result.data is not None
        del result
        assert [each() for each in made] == [None] * count
    finally:
        gc.enable()


def test_helpers_are_those_of_the_executor():
    document = parse("{ __typename }")
    operation = planner_of_these([]).operation(document, get_operation_ast(document))
    variables = operation.variables.read({})
    executor = OperationExecutor.of(HASTENED._schema, operation, variables, None)
    helpers = executor.async_helpers
    assert (helpers.gather, helpers.track) == (executor.gather_async_work, executor.track_async_work)
