"""A chain's functions on rows of ours: whose is whose, where each list ends, and what is read beside."""

from types import SimpleNamespace

import models
from planner.levels.chain import Loaded
from planner.levels.level import TABLE, Child, Level
from planner.run import Information, Run

RUN = Run(None, None, None, Information(None))
# The columns are the key of each level and what it says; the place of the parent is the last.
ROWS = [
    (1, "a", 10, "ab", 100, "abc", 1),
    (1, "a", 10, "ab", 101, "abd", 1),
    (1, "a", 11, "ac", None, None, 1),
    (2, "b", 11, "ac", 100, "abc", 1),
    (3, "c", None, None, None, None, 1),
]


class Apart(Level):
    """A list that a statement of its own reads."""

    def __init__(self):
        super().__init__(models.Production, "apart")
        self.asked_for = None

    async def load(self, run, parents):
        self.asked_for = parents
        return Loaded(places=range(len(parents)))

    def answers(self, loaded, run):
        return [f"beside {place}" for place in loaded.places]


class Listed(Level):
    """Whose rows say something, with what is below and beside them; and whether there are more of them."""

    can_be_fused = reads_more = True

    def __init__(self, below=None, beside=None):
        super().__init__(models.Production, "listed")
        key, says = (self.column(TABLE, self.model, name) for name in ("id", "title"))
        said = [f"r[{says}]"]
        for child in filter(None, (beside, below)):
            self.children.append(Child(child, key))
            said.append(f"c[{len(self.children) - 1}]")
        rows = self.each(f"[{', '.join(said)}]")
        self.answer = f"(p[0], {rows})"
        self.steps.opening.append("p[0] = []")
        self.steps.beyond.append("p[0].append('more')")


def three(*beside):
    """Levels, each below the one before, with what is beside each."""
    last, middle, top = beside[::-1] or (None, None, None)
    chain = Listed(Listed(Listed(beside=last), middle), top)
    chain.settle()
    assert len(chain.chain.levels) == 3
    return chain


def loaded(groups, firsts):
    return Loaded(groups, range(len(groups)), [SimpleNamespace(first=first) for first in firsts])


def answers(chain, *groups, firsts=(9, 9, 9)):
    return chain.chain.answers(loaded(groups, firsts), RUN)


def test_a_row_is_below_those_that_come_with_it_even_where_the_next_has_the_same_below():
    [found] = answers(three(), ROWS)
    of_a = ["a", ([], [["ab", ([], [["abc"], ["abd"]])], ["ac", ([], [])]])]
    of_b = ["b", ([], [["ac", ([], [["abc"]])]])]
    assert found == ([], [of_a, of_b, ["c", ([], [])]])


def test_each_parent_has_a_list_of_its_own_even_of_the_same_rows():
    once = ([], [["b", ([], [["ac", ([], [["abc"]])]])]])
    assert answers(three(), ROWS[3:4], [], ROWS[3:4]) == [once, ([], []), once]


def test_what_is_beyond_the_end_is_told_and_nothing_below_it():
    more = ["more"]
    of_a = ["a", ([], [["ab", (more, [["abc"]])], ["ac", ([], [])]])]
    assert answers(three(), ROWS[:4], firsts=(1, 2, 1)) == [(more, [of_a])]
    of_a = ["a", (more, [["ab", ([], [["abc"], ["abd"]])]])]
    of_b = ["b", ([], [["ac", ([], [["abc"]])]])]
    assert answers(three(), ROWS[:4], firsts=(2, 1, 2)) == [([], [of_a, of_b])]


async def test_what_is_beside_is_read_for_the_rows_that_are_told_and_stands_with_them():
    beside = Apart(), Apart(), Apart()
    chain = three(*beside)
    found = loaded([ROWS], (2, 1, 1))
    await chain.chain.load_further(RUN, found, [None])
    assert [each.asked_for for each in beside] == [[1, 2], [10, 11], [100, 100]]
    of_a = ["a", "beside 0", (["more"], [["ab", "beside 0", (["more"], [["abc", "beside 0"]])]])]
    of_b = ["b", "beside 1", ([], [["ac", "beside 1", ([], [["abc", "beside 1"]])]])]
    assert chain.chain.answers(found, RUN) == [(["more"], [of_a, of_b])]


def test_a_list_by_itself_needs_no_keys():
    alone = Listed()
    alone.settle()
    assert answers(alone, [(1, "a"), (1, "b")], [(1, "a")], firsts=[1]) == [
        (["more"], [["a"]]),
        ([], [["a"]]),
    ]
