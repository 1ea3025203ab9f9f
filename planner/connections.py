"""Levels that are connections: a page of each parent's rows."""

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any

from planner.arguments import ArgumentReader
from planner.declared import Order, Pages, ToMany
from planner.level import Loaded
from planner.lists import Asked, Choice, ListLevel
from planner.parameters import Statement
from planner.run import Run
from planner.statements import Statements


class ConnectionLevel(ListLevel):
    """A page of each parent's rows, worded as a connection."""

    kind = "a page"

    def __init__(
        self,
        declared: ToMany,
        pages: Pages,
        arguments: ArgumentReader,
        viewer: Any,
        statements: Statements,
        path: str,
    ) -> None:
        super().__init__(declared, viewer, statements, path)
        self.pages, self._arguments = pages, arguments
        self.connect_source = ""
        """Of the function that makes the connection out of a page."""
        self.reads_rows = self.reads_more = self.reads_total = self.writes_cursors = False

    @property
    def can_be_fused(self) -> bool:  # type: ignore[override]
        return self.reads_rows and self.declared.link is not None

    def asked(self, run: Run) -> Asked:
        arguments = dict(self._arguments.read(run.variables))
        first, after = self.pages.checked_first(arguments.pop("first", None)), arguments.pop("after", None)
        chosen: tuple[Hashable, ...] = ()
        order = self.declared.order
        if self.declared.chosen is not None:
            filter, order = self.declared.chosen(**arguments)
            chosen = (filter,)
        continues = None if after is None else self.pages.read_cursor(after, order)
        limit = first + 1 if self.reads_more else first
        return Asked(Choice(chosen, order, limit, continues is not None), first, continues)

    def count_of(self, run: Run) -> Statement | None:
        return self.counting(self.asked(run).choice) if self.reads_total else None

    async def load_below(self, run: Run, loaded: Loaded) -> None:
        if self.reads_total and loaded.keys:
            counts = await self.carry_out(self.counting(loaded.asked.choice), run, loaded.keys)
            loaded.totals = [count[0][0] for count in counts]
        await super().load_below(run, loaded)

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        if not loaded.spans:
            return [None] * len(loaded.places)
        pages = self._pages_of(loaded, self.objects(loaded, run))
        return [None if place is None else pages[place] for place in loaded.places]

    @cached_property
    def connect(self) -> Callable[..., Any]:
        """Made when all of the level is known."""
        connect: Callable[..., Any] = self.generated(self.connect_source, "connect")
        return connect

    def _pages_of(self, loaded: Loaded, objects: Sequence[Sequence[Any]]) -> Sequence[Any]:
        totals = loaded.totals or [0] * len(loaded.spans)
        connect, rows, asked = self.connect, loaded.rows, loaded.asked
        write = self._writer(asked.choice.order) if self.writes_cursors else None
        return [
            connect(objects, rows, start, stop, more, asked.choice.continues, total, write)
            for (start, stop, more), total in zip(loaded.spans, totals, strict=True)
        ]

    def _writer(self, order: Order) -> Callable[[Any], str]:
        """Writes the cursor of a row."""
        key, value, write = self.key_place, len(self.columns) + self.offset, self.pages.write_cursor
        return lambda row: write(order, row[value], row[key])
