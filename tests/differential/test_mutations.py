"""What a mutation answers is what graphql-core makes of it, on rows that are the same before."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.differential.cases import mutations_of
from tests.differential.comparison import Tally, anew, compare

pytestmark = pytest.mark.hypothesis
MANY = settings(
    max_examples=settings.default.max_examples,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("world", [1], indirect=True)
def test_mutations_answer_what_graphql_core_makes_of_them(world, schema, oracle, front, loop):
    tally = Tally(front.counts)

    @MANY
    @given(mutations_of(schema._schema, world))
    def ask(case):
        loop.run_until_complete(compare(oracle, front, world, case, tally, around=anew))

    ask()
    print(tally)
