"""A chain: the levels that one statement reads, and the functions that walk its rows once.

A row of the statement has the columns of each level in turn. A row of the last level comes once; one above it
comes again for each below, one after the other, and where there is none below, once, with nulls.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from planner.levels.walk import Building, TellingApart
from planner.run import Run
from planner.sql.parameters import Statement
from planner.sql.usual import Usually

if TYPE_CHECKING:
    from planner.levels.level import Level

ROWS, BUILD = "rows_of", "build"


@dataclass(slots=True)
class Loaded:
    """What a run has read for some parents: the statement's rows by parent, and which of these groups is
    whose, None for a parent that is not there."""

    groups: Sequence[Sequence[Any]] = ()
    places: Sequence[int | None] = ()
    asked: Sequence[Any] = ()
    """By level of the chain; see ChainRequest."""
    further: list["Further"] = field(default_factory=list)
    """By level, too, if any of them reads anything."""


@dataclass(slots=True)
class Further:
    """What was read beside the statement for a level."""

    totals: Sequence[int] = ()
    """By the rows above."""
    lists: list[Loaded | None] = field(default_factory=list)
    """By child; None for the one that the statement read."""
    awaited: list[list[Any]] = field(default_factory=list)
    """By the level's rows, once they are there."""


@dataclass(slots=True)
class ChainRequest:
    """What a run asks of a chain."""

    by_level: list[Any]
    """What a list's arguments ask for; None where it is no list."""
    statements: dict[Hashable, Statement] = field(default_factory=dict)
    """As far as they were written, by what else they depend on."""


class Chain:
    """Of levels that are settled."""

    def __init__(self, levels: Sequence["Level"]) -> None:
        self.levels = levels
        self._reads_further = any(level.reads_further for level in levels)
        self._functions: dict[tuple[str, int], Callable[..., Any]] = {}
        self._asks_the_same = all(level.asks_the_same for level in levels)
        self._request: ChainRequest | None = None
        self.usually = Usually()

    def request(self, run: Run) -> ChainRequest:
        """What a run asks, made once where it is always the same. Raises what the application's own reading
        of arguments raises."""
        if self._request is not None:
            return self._request
        request = ChainRequest([level.request(run) for level in self.levels])
        if self._asks_the_same:
            self._request = request
        return request

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        """What the parent of each group gets, ready for JSON."""
        groups, width = loaded.groups, 0
        for group in groups:
            if group:
                width = len(group[0])
                break
        build = self._functions.get((BUILD, width))
        if build is None:
            build = self._function(BUILD, width, Building(self.levels, width).source())
        further = self._further_of(loaded, run) if self._reads_further else ()
        answers: Sequence[Any] = build(groups, loaded.asked, further, run.information)
        return answers

    async def load_further(self, run: Run, loaded: Loaded, keys: Sequence[Any]) -> None:
        """Carry out what else there is to read for the levels' rows, and note what is to be awaited. `keys`
        are those of the groups' parents."""
        if not self._reads_further:
            return
        told_apart = self._functions.get((ROWS, 0))
        if told_apart is None:
            told_apart = self._function(ROWS, 0, TellingApart(self.levels).source())
        await self._load_of(0, run, loaded, keys, told_apart(loaded.groups, loaded.asked))

    async def _load_of(
        self, depth: int, run: Run, loaded: Loaded, keys: Sequence[Any], rows: Sequence[Sequence[Any]]
    ) -> None:
        """For the level and those below it."""
        level, own, further = self.levels[depth], rows[depth], Further()
        loaded.further.append(further)
        further.totals = await level.totals(run, loaded.asked[depth], keys)
        for child in level.children:
            place = child.key_index + level.offset
            below = [row[place] for row in own]
            if child is level.fused:
                further.lists.append(None)
                await self._load_of(depth + 1, run, loaded, below, rows)
            else:
                further.lists.append(await child.level.load(run, below))
        for awaited in level.awaited:
            values: list[Any] = []
            further.awaited.append(values)
            if own:
                run.awaited.append((values, partial(awaited.of_rows, own, run.information)))

    def _further_of(self, loaded: Loaded, run: Run) -> list[Sequence[Any]]:
        """See `further_names`."""
        found: list[Sequence[Any]] = []
        for level, further in zip(self.levels, loaded.further, strict=True):
            found.append(further.totals)
            for child, below in zip(level.children, further.lists, strict=True):
                found.append(() if below is None else child.level.answers(below, run))
            found += further.awaited
        return found

    def _function(self, name: str, width: int, source: str) -> Callable[..., Any]:
        names = {
            f"v{depth}_{number}": value
            for depth, level in enumerate(self.levels)
            for number, value in enumerate(level.constants)
        }
        exec(source, names)  # noqa: S102
        function: Callable[..., Any] = names[name]
        self._functions[name, width] = function
        return function
