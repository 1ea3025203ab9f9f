"""The server answers whatever is asked as graphql-core does: see `differential.py` for how it is compared."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.differential.cases import cases_of
from tests.differential.comparison import Tally, compare

# A made-up cursor may have a time without a zone.
pytestmark = [pytest.mark.hypothesis, pytest.mark.filterwarnings("ignore:DateTimeField:RuntimeWarning")]
LEAST_PLANNED = 0.9
MANY = settings(
    max_examples=3 * settings.default.max_examples,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_reads_are_what_graphql_core_makes_of_them(world, schema, oracle, front, loop):
    tally = Tally(front.counts)

    @MANY
    @given(cases_of(schema._schema, world))
    def ask(case):
        loop.run_until_complete(compare(oracle, front, world, case, tally))

    ask()
    print(tally)
    assert tally.counted["refused"] <= tally.counted["operations"] / 10
    assert tally.share_planned >= LEAST_PLANNED, str(tally)
