"""Levels that are connections: a page of each parent's rows."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

from planner.declared import Order, Pages, ToMany
from planner.levels.lists import Choice, ListLevel, ListRequest
from planner.run import Run
from planner.sql.parameters import Statement
from planner.sql.statements import Statements
from planner.values.arguments import ArgumentReader


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
        self.reads_rows = False

    @property
    def can_be_fused(self) -> bool:  # type: ignore[override]
        return self.reads_rows and self.declared.link is not None

    @property
    def asks_the_same(self) -> bool:  # type: ignore[override]
        return self._arguments.are_constant

    def request(self, run: Run) -> ListRequest:
        arguments = dict(self._arguments.read(run.variables))
        first, after = self.pages.checked_first(arguments.pop("first", None)), arguments.pop("after", None)
        chosen: tuple[Hashable, ...] = ()
        order = self.declared.order
        if self.declared.chosen is not None:
            filter, order = self.declared.chosen(**arguments)
            chosen = (filter,)
        continues = None if after is None else self.pages.read_cursor(after, order)
        limit = first + 1 if self.reads_more else first
        return ListRequest(Choice(chosen, order, limit, continues is not None), first, continues)

    def count_of(self, run: Run) -> Statement | None:
        return self.counting(self.request(run).choice) if self.reads_total else None

    async def totals(self, run: Run, asked: ListRequest, parents: Sequence[Any]) -> Sequence[int]:
        if not self.reads_total or not parents:
            return ()
        return await self.count(asked.choice, run, parents)

    def writer(self, order: Order) -> Callable[[Any, Any], str]:
        """Writes the cursor of a row, of the order's value and its key."""
        return partial(self.pages.write_cursor, order)
