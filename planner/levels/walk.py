"""The source of functions that walk the rows of a chain's statement once; see planner/levels/chain.py.

Nothing that a client wrote stands in it but response keys, as literals; all else is our own. For
`{ authors { name books { title } } }`, read as name and key of either, it is

    def build(groups, asked, further, info):
     answers = []
     for g, rows in enumerate(groups):
      k0 = None
      l0_0 = []
      answers.append(l0_0)
      for [r0, r1, r2, r3] in rows:
       if r1 != k0:
        k0 = r1
        l1_0 = []
        l0_0.append({'name': r0, 'books': l1_0})
       if r3 is None: continue
       l1_0.append({'title': r2})
     return answers
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.levels.level import Level

WORD = re.compile(r"\b([a-z])\[(\d+)\]")
"""What a level's expressions name by number; response keys have no brackets."""
GROUP, ROW = "  ", "   "
"""How far in stands what is done for each parent of the chain's, and for each row of the statement."""


class Walk:
    """What is done on the way for each level, by its depth."""

    def __init__(self, levels: Sequence["Level"]) -> None:
        self.levels = levels
        self.last = len(levels) - 1

    def column(self, place: int) -> str:
        """That of the row at hand."""
        return f"r[{place}]"

    def opened(self, depth: int) -> list[str]:
        """What is done before the rows of one parent come."""
        lines = [] if depth == self.last else [f"k{depth} = None"]
        return [*lines, f"n{depth} = 0"] if self.levels[depth].reads_more else lines

    def taken(self, depth: int) -> list[str]:
        """What is done with each row of a level."""
        raise NotImplementedError

    def beyond(self, depth: int) -> list[str]:
        """What is done where a parent has more rows than were asked for."""
        return []

    def limits(self) -> list[str]:
        """How many rows each parent gets, where the statement reads one more."""
        return [
            f" m{depth} = asked[{depth}].first" for depth, level in enumerate(self.levels) if level.reads_more
        ]

    def all_rows(self, row: str) -> list[str]:
        """What is done with the rows of all parents; `row` says what they are taken into."""
        lines = [" for g, rows in enumerate(groups):", *(GROUP + line for line in self.opened(0))]
        of_a_row = self._of_a_row()
        return [*lines, f"{GROUP}for {row} in rows:", *of_a_row] if of_a_row else lines

    def _of_a_row(self) -> list[str]:
        """Level by level, from the top."""
        lines = []
        for depth, level in enumerate(self.levels):
            indent = ROW
            if depth > 0:
                lines.append(f"{ROW}if {self.column(level.key_place)} is None: continue")
            if depth < self.last:
                lines.append(f"{ROW}if {self.column(level.key_place)} != k{depth}:")
                indent = f"{ROW} "
            lines += [indent + line for line in self._of_a_level(depth)]
        return lines

    def _of_a_level(self, depth: int) -> list[str]:
        lines = []
        if self.levels[depth].reads_more:
            lines.append(f"if n{depth} == m{depth}:")
            lines += [f" {line}" for line in (*self.beyond(depth), "continue")]
            lines.append(f"n{depth} += 1")
        if depth < self.last:
            lines.append(f"k{depth} = {self.column(self.levels[depth].key_place)}")
            lines += self.opened(depth + 1)
        return lines + self.taken(depth)


class TellingApart(Walk):
    """Lists of the rows of each level."""

    def source(self) -> str:
        lists = "".join(f"l{depth}, " for depth in range(len(self.levels)))
        lines = ["def rows_of(groups, asked):", *self.limits(), f" {lists}= {'[], ' * len(self.levels)}"]
        return "\n".join([*lines, *self.all_rows("r"), f" return {lists}"])

    def taken(self, depth: int) -> list[str]:
        return [f"l{depth}.append(r)"]


class Building(Walk):
    """What each parent gets, ready for JSON, in the words of the levels' expressions; see Level."""

    def __init__(self, levels: Sequence["Level"], width: int) -> None:
        """`width` is how many columns the statement's rows have."""
        super().__init__(levels)
        self._width = width

    def source(self) -> str:
        lines = ["def build(groups, asked, further, info):", *self.limits(), *self._beginning()]
        columns = ", ".join(self.column(place) for place in range(self._width))
        lines += [" answers = []", *self.all_rows(f"[{columns}]")]
        lines += [f" {line}" for depth in range(len(self.levels)) for line in self._told("ending", depth)]
        return "\n".join([*lines, " return answers"])

    def column(self, place: int) -> str:
        return f"r{place}"

    def opened(self, depth: int) -> list[str]:
        lists = [f"l{depth}_{number} = []" for number in range(len(self.levels[depth].items))]
        lines = [*super().opened(depth), *lists, *self._told("opening", depth)]
        return lines if depth else [*lines, f"answers.append({self._placed(self.levels[0].answer, 0)})"]

    def taken(self, depth: int) -> list[str]:
        items = enumerate(self.levels[depth].items)
        appended = [f"l{depth}_{number}.append({self._placed(item, depth)})" for number, item in items]
        counted = [f"i{depth} += 1"] if self._is_counted(depth) else []
        return [*counted, *appended, *self._told("taking", depth)]

    def beyond(self, depth: int) -> list[str]:
        return self._told("beyond", depth)

    def _beginning(self) -> list[str]:
        names = further_names(self.levels)
        lines = [f" {''.join(f'{name}, ' for name in names)}= further"] if names else []
        for depth in range(len(self.levels)):
            lines += [f" i{depth} = -1"] if self._is_counted(depth) else []
            lines += [f" {line}" for line in self._told("beginning", depth)]
        return lines

    def _told(self, when: str, depth: int) -> list[str]:
        """What the level itself says is to be done then."""
        return [self._placed(line, depth) for line in getattr(self.levels[depth].steps, when)]

    def _is_counted(self, depth: int) -> bool:
        """Whether something is found by the number of the level's row."""
        below = self.levels[depth + 1 : depth + 2]
        return self.levels[depth].reads_by_row or any(level.reads_total for level in below)

    def _placed(self, expression: str, depth: int) -> str:
        level, above = self.levels[depth], f"i{depth - 1}" if depth else "g"

        def placed(kind: str, number: int) -> str:
            if kind == "c" and level.children[number] is level.fused:
                return self._placed(self.levels[depth + 1].answer, depth + 1)
            if kind == "r":
                return self.column(number + level.offset)
            if kind == "k":
                return self.column(level.key_place)
            if kind == "o":
                return self.column(len(level.columns) + level.offset)
            if kind == "q":
                return f"asked[{depth}]"
            by = {"c": f"[i{depth}]", "a": f"[i{depth}]", "t": f"[{above}]"}
            return f"{kind}{depth}_{number}{by.get(kind, '')}"

        return in_words(expression, placed)


def in_words(expression: str, placed: Callable[[str, int], str]) -> str:
    """A level's expression with what stands for each letter and number in its place."""
    return WORD.sub(lambda word: placed(word[1], int(word[2])), expression)


def further_names(levels: Sequence["Level"]) -> list[str]:
    """Of what was read beside the statement, level by level."""
    if not any(level.reads_further for level in levels):
        return []
    names = []
    for depth, level in enumerate(levels):
        names.append(f"t{depth}_0")
        names += [f"c{depth}_{number}" for number in range(len(level.children))]
        names += [f"a{depth}_{number}" for number in range(len(level.awaited))]
    return names
