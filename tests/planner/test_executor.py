import gc
from weakref import ref

import pytest
from graphql import get_operation_ast, parse

from planner.executor import OperationExecutor
from tests.planner.mutation_documents import HASTENED
from tests.planner.test_carrying_out import WELL, planner_of_these


@pytest.fixture
def made(monkeypatch):
    """The executors that are there."""
    executors, of = [], OperationExecutor.of

    def recorded(*arguments):
        executor = of(*arguments)
        executors.append(ref(executor))
        return executor

    monkeypatch.setattr(OperationExecutor, "of", recorded)
    return executors


@pytest.mark.parametrize("text", [WELL % "WELL", WELL % "HAVE_NO_LIST", "{ __typename }"])
async def test_an_operation_leaves_nothing_to_the_collector(made, text):
    document, planner = parse(text), planner_of_these([])
    operation = planner.operation(document, get_operation_ast(document))
    gc.disable()
    try:
        result = await planner.executed(operation, {}, "Ada")
        assert result.data is not None
        assert [executor() for executor in made] == [None]
    finally:
        gc.enable()


def test_helpers_are_those_of_the_executor():
    document = parse("{ __typename }")
    operation = planner_of_these([]).operation(document, get_operation_ast(document))
    variables = operation.variables.read({})
    executor = OperationExecutor.of(HASTENED._schema, operation, variables, None)
    helpers = executor.async_helpers
    assert (helpers.gather, helpers.track) == (executor.gather_async_work, executor.track_async_work)
