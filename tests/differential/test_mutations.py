"""What a mutation answers is what graphql-core makes of it, with the same rows before it."""

import pytest
from hypothesis import given, settings

from tests.differential.cases import mutations_of
from tests.differential.comparison import Tally, anew, compare
from tests.differential.often import often

pytestmark = pytest.mark.hypothesis


@pytest.mark.parametrize("world", [1], indirect=True)
def test_mutations_answer_what_graphql_core_makes_of_them(world, schema, oracle, front, loop):
    tally = Tally(front.counts)

    @often(settings.default.max_examples)
    @given(mutations_of(schema._schema, world))
    def ask(case):
        loop.run_until_complete(compare(oracle, front, world, case, tally, around=anew))

    ask()
    print(tally)
    assert tally.share_planned >= 1 / 2, str(tally)
