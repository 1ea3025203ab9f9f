"""What is gathered is what is found row by row: plans gather, the oracle's lists do not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from planner.sql.either_way import Page
from tests.differential.cases import cases_of
from tests.differential.comparison import Tally, compare
from tests.differential.often import often

# A made-up cursor may have a time without a zone.
pytestmark = [pytest.mark.hypothesis, pytest.mark.filterwarnings("ignore:DateTimeField:RuntimeWarning")]


def test_a_plan_that_gathers_at_once_finds_the_same(world, schema, oracle, front, loop, monkeypatch):
    monkeypatch.setattr("planner.levels.lists.Page", lambda *page: replace(Page(*page), most_near=1))
    tally = Tally(front.counts)

    @often(settings.default.max_examples)
    @given(cases_of(schema._schema, world))
    def ask(case):
        loop.run_until_complete(compare(oracle, front, world, case, tally))

    ask()
