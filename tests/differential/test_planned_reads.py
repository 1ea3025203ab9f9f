"""Whatever is asked, the server answers what graphql-core makes of it.

One side is the server's front, as every transport uses it. The other is the oracle: graphql-core alone, on
the same valid document and the same rows. Documents, variables and viewers are random (from `cases.py` down
to `values.py`), and so are the rows, each world of them out of a seed (`world.py`).

Without errors the same JSON text is demanded. With errors, the same data, keys in the same order, and the
same errors in whatever order; where fields race each other to be the first that fails, one of the oracle's
answers. A plan that raises what is not the client's mistake is a failure, too, although graphql-core then
answers. So that nothing is proved by leaving it all to graphql-core, most operations must have been planned.

A failure prints the case: the document, who asked, and the variables. To see it again:

- the same command finds it at once, for hypothesis keeps it in `.hypothesis/`;
- `python -m tests.differential.nightly --seed 3 --case failing-case.json` asks one case of world 3. A nightly
  run writes that file (`Case.to_json`); by hand it is
  `{"text": "{ viewer { id } }", "runs": [{"viewer": "Ada", "operation_name": null, "variables": {}}]}`;
- `python -m tests.differential.nightly --seed 12345` repeats a nightly run from the seed that it printed.

`test_comparison.py` shows that wrong executors are found out.
"""

import pytest
from hypothesis import given, settings

from tests.differential.cases import cases_of
from tests.differential.comparison import Tally, compare
from tests.differential.often import often

# A made-up cursor may have a time without a zone.
pytestmark = [pytest.mark.hypothesis, pytest.mark.filterwarnings("ignore:DateTimeField:RuntimeWarning")]
# Of those without errors. Documents are alike in families, and some families ask for what is not planned.
LEAST_PLANNED, MOST_REFUSED = 0.7, 0.1
LEFT_TO_GRAPHQL_CORE = {
    "introspection",
    "variables that do not fit",
    "Query.productionPreview says not what it stands on",
    "Upload.publishOptions selects what has resolvers",
    "Upload.transfer selects what has resolvers",
}


def test_reads_are_what_graphql_core_makes_of_them(world, schema, oracle, front, loop):
    tally = Tally(front.counts)

    @often(4 * settings.default.max_examples)
    @given(cases_of(schema._schema, world))
    def ask(case):
        loop.run_until_complete(compare(oracle, front, world, case, tally))

    ask()
    print(tally)
    assert tally.counted["refused"] <= MOST_REFUSED * tally.counted["operations"], str(tally)
    assert tally.share_planned >= LEAST_PLANNED, str(tally)
    assert tally.not_planned <= LEFT_TO_GRAPHQL_CORE
