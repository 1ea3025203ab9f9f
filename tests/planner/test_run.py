"""What was to be awaited goes with the statements that failed."""

from contextlib import asynccontextmanager

import pytest
from graphql import VariableValues

from planner.run import Information, Run


@asynccontextmanager
async def connected():
    yield None


async def test_what_a_failed_load_left_is_not_awaited_by_the_next():
    run = Run(None, VariableValues({}, {}), connected, Information(None))
    made, values = [], []

    async def make():
        made.append("made")
        return ["value"]

    async def fails():
        run.awaited.append(([], make))
        raise ConnectionError

    async def succeeds():
        run.awaited.append((values, make))
        return "loaded"

    with pytest.raises(ConnectionError):
        await run.load(fails)
    assert await run.load(succeeds) == "loaded"
    assert (made, values, run.awaited) == (["made"], ["value"], [])
