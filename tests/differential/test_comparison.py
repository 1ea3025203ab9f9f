"""The comparison finds faults."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from planner.planner import Counts
from tests.differential.cases import cases_of
from tests.differential.comparison import Difference, Tally, compare
from tests.differential.wrong_executors import WRONG
from tests.slow_cases import slow_after

pytestmark = pytest.mark.filterwarnings("ignore:DateTimeField:RuntimeWarning")
# As many as the quick run asks of all its worlds.
ENOUGH = settings(
    max_examples=225,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def cases(world, schema):
    drawn = []

    @ENOUGH
    @given(cases_of(schema._schema, world))
    def draw(case):
        drawn.append(case)

    draw()
    return drawn


@pytest.mark.parametrize("world", [1], indirect=True)
@pytest.mark.parametrize("wrong", slow_after(1, WRONG), ids=lambda wrong: wrong.__name__)
async def test_a_wrong_executor_is_told_from_the_oracle(wrong, cases, world, schema, still, oracle):
    spoiled = wrong(schema, still, oracle.documents)

    async def ask_all():
        for case in cases:
            await compare(oracle, spoiled, world, case, Tally(Counts()))

    with pytest.raises(Difference):
        await ask_all()
