"""Levels that are lists: a connection's pages, and plain lists."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from planner.arguments import ArgumentReader
from planner.declared import EitherWay, Order, Pages, ToMany
from planner.either_way import Page, keys_of_page
from planner.level import TABLE, Level, Loaded
from planner.parameters import AFTER_KEY, AFTER_VALUE, PARENTS, VIEWER, Brought, Parameters, Statement
from planner.recent import Recent
from planner.run import Run
from planner.tables import column_of, foreign_key, sql_type_of, table_of

MAX_STATEMENTS = 64
PARENT, BETWEEN = "parent", "between"
"""The aliases of the rows above, and of those that link them to these."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list's arguments say, as far as the statement's text depends on it."""

    chosen: tuple[Hashable, ...]
    """What the predicate takes beside the viewer."""
    order: Order
    limit: int | None = None
    continues: bool = False
    """Whether it begins after a cursor."""


class ListLevel(Level):
    """Rows of each parent, or of none in particular, in order."""

    def __init__(self, declared: ToMany, viewer: Any, placeholder: Any, path: str) -> None:
        super().__init__(declared.model, path)
        self.declared, self._viewer, self._placeholder = declared, viewer, placeholder
        self._statements: Recent[Choice, Statement] = Recent(MAX_STATEMENTS)
        self._counts: Recent[Choice, Statement] = Recent(MAX_STATEMENTS)
        self.writes_cursors = False
        self.key_index = 0
        """The primary key's place in a row, where cursors are written."""

    @property
    def is_linked(self) -> bool:
        return self.declared.link is not None

    def statement(self, choice: Choice) -> Statement:
        """Rows: these columns, then the order's value where cursors are written, then the parent's place."""
        return self._statements.get_or_make(choice, self._rows_of)

    def counting(self, choice: Choice) -> Statement:
        """How many rows each parent has, cursors aside, with the parent's place."""
        return self._counts.get_or_make(choice, self._counts_of)

    def _rows_of(self, choice: Choice) -> Statement:
        parameters = Parameters(self._placeholder)
        columns = list(self.columns)
        value = f"{TABLE}.{column_of(self.model, choice.order.column)}"
        if self.writes_cursors:
            columns.append(value)
        parents = parameters.add(PARENTS) if self.is_linked else ""
        direction = "DESC" if choice.order.is_descending else "ASC"
        numbered = ", ".join(f"{sql} AS k{number}" for number, sql in enumerate(columns)) or "1 AS k0"
        by = f"{value} {direction}, {self.key} {direction}"
        where = self._where(choice)
        if isinstance(where, EitherWay) and not self.is_linked and choice.limit is not None:
            page = Page(table_of(self.model), TABLE, self.key, by, choice.limit)
            conditions, limit = self._page(page, where, choice, value, parameters), ""
        else:
            asked = [*self._conditions(where, parameters), *self._continued(choice, value, parameters)]
            conditions = " AND ".join(asked)
            limit = f" LIMIT {choice.limit}" if choice.limit is not None else ""
        source = self._linked(self.joined(parameters))
        rows = f"SELECT {numbered} FROM {source} WHERE {conditions} ORDER BY {by}{limit}"
        return parameters.statement(self._for_each(parents, rows))

    def _page(self, page: Page, where: EitherWay, choice: Choice, value: str, parameters: Parameters) -> str:
        """The condition that a row is of the page."""

        def within() -> str:
            own = parameters.predicate(where.within, self.model, TABLE)
            return " AND ".join([f"({own})", *self._continued(choice, value, parameters)])

        near, far = (f"({parameters.predicate(q, self.model, TABLE)})" for q in (where.near, where.far))
        return f"{self.key} IN {keys_of_page(page, within, near, far)}"

    def _continued(self, choice: Choice, value: str, parameters: Parameters) -> list[str]:
        """Where the page begins after a row."""
        if not choice.continues:
            return []
        after = f"{parameters.add(AFTER_VALUE)}, {parameters.add(AFTER_KEY)}"
        return [f"({value}, {self.key}) {'<' if choice.order.is_descending else '>'} ({after})"]

    def _where(self, choice: Choice) -> Q:
        return self.declared.where(self._viewer, *choice.chosen)

    def _counts_of(self, choice: Choice) -> Statement:
        parameters = Parameters(self._placeholder)
        parents = parameters.add(PARENTS) if self.is_linked else ""
        own = self._linked(f"{table_of(self.model)} AS {TABLE}")
        where = self._where(choice)
        if self.declared.pages is not None:
            where = self.declared.pages.for_all_rows(where)
        rows = f"SELECT count(*) AS k0 FROM {own} WHERE {' AND '.join(self._conditions(where, parameters))}"
        return parameters.statement(self._for_each(parents, rows))

    def _for_each(self, parents: str, rows: str) -> str:
        if not self.is_linked:
            return rows
        each = f"unnest({parents}::{self._link_type()}[]) WITH ORDINALITY AS {PARENT}(key, place)"
        return f"SELECT page.*, {PARENT}.place FROM {each} CROSS JOIN LATERAL ({rows}) AS page"

    def _conditions(self, where: Q, parameters: Parameters) -> list[str]:
        conditions = [f"({parameters.predicate(where, self.model, TABLE)})"]
        relation, _, column = (self.declared.link or "").rpartition(".")
        if self.is_linked and not relation:
            conditions.append(f"{TABLE}.{column_of(self.model, column)} = {PARENT}.key")
        return conditions

    def _linked(self, joined: str) -> str:
        relation, _, column = (self.declared.link or "").rpartition(".")
        if not relation:
            return joined
        between, on = foreign_key(self.model, relation)
        [(theirs, mine)] = on.items()
        return (
            f"{joined} JOIN {table_of(between)} AS {BETWEEN} ON {BETWEEN}.{column_of(between, theirs)} = "
            f"{TABLE}.{column_of(self.model, mine)} AND {BETWEEN}.{column_of(between, column)} = {PARENT}.key"
        )

    def _link_type(self) -> str:
        relation, _, column = (self.declared.link or "").rpartition(".")
        return sql_type_of(foreign_key(self.model, relation)[0] if relation else self.model, column)

    async def _carry_out(
        self, statement: Statement, run: Run, keys: Sequence[Any], after: tuple[Any, Any] | None = None
    ) -> list[list[Any]]:
        """Rows by parent."""
        brought: dict[Brought, Any] = {VIEWER: run.viewer, PARENTS: keys}
        if after is not None:
            brought[AFTER_VALUE], brought[AFTER_KEY] = after
        rows = await run.fetch(statement.sql, statement.arguments(brought))
        if not self.is_linked:
            return [list(rows)]
        groups: list[list[Any]] = [[] for _ in keys]
        for row in rows:
            groups[row[-1] - 1].append(row)
        return groups

    def _keys_of(self, parents: Sequence[Any]) -> tuple[list[Any], list[int | None]]:
        """The parents that there are, each once, and the place of each parent among them."""
        if not self.is_linked:
            return [None], [None if parent is None else 0 for parent in parents]
        keys = {parent: place for place, parent in enumerate(dict.fromkeys(parents)) if parent is not None}
        if None in parents:
            keys = {parent: place for place, parent in enumerate(keys)}
        return list(keys), [keys.get(parent) for parent in parents]


class PlainListLevel(ListLevel):
    """All rows of each parent."""

    builder = 0

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        keys, places = self._keys_of(parents)
        if not any(place is not None for place in places):
            return Loaded(places=places)
        groups = await self._carry_out(self.statement(Choice((), self.declared.order)), run, keys)
        loaded = Loaded([row for group in groups for row in group], _spans(groups), places)
        await self.load_below(run, loaded)
        return loaded

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        if not loaded.spans:
            return [None] * len(loaded.places)
        objects = self.objects(loaded, run)[self.builder]
        lists = [objects[start:stop] for start, stop, _ in loaded.spans]
        return [None if place is None else lists[place] for place in loaded.places]


Connect = Callable[..., Any]


class ConnectionLevel(ListLevel):
    """A page of each parent's rows, worded as a connection."""

    def __init__(
        self,
        declared: ToMany,
        pages: Pages,
        arguments: ArgumentReader,
        viewer: Any,
        placeholder: Any,
        path: str,
    ) -> None:
        super().__init__(declared, viewer, placeholder, path)
        self.pages, self._arguments = pages, arguments
        self.connect: Connect | None = None
        """Makes the connection out of a page; generated."""
        self.reads_rows = self.reads_more = self.reads_total = False

    def choice_of(self, arguments: Mapping[str, Any]) -> tuple[Choice, int, tuple[Any, Any] | None]:
        """What the arguments ask for, how many, and after which row. Raises what the application's pages and
        `chosen` raise."""
        rest = dict(arguments)
        first, after = self.pages.checked_first(rest.pop("first", None)), rest.pop("after", None)
        chosen: tuple[Hashable, ...] = ()
        order = self.declared.order
        if self.declared.chosen is not None:
            filter, order = self.declared.chosen(**rest)
            chosen = (filter,)
        continues = None if after is None else self.pages.read_cursor(after, order)
        return (
            Choice(chosen, order, first + 1 if self.reads_more else first, continues is not None),
            first,
            continues,
        )

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        keys, places = self._keys_of(parents)
        if not any(place is not None for place in places):
            return Loaded(places=places)
        choice, first, after = self.choice_of(self._arguments.read(run.variables))
        groups: list[list[Any]] = [[] for _ in keys]
        if self.reads_rows:
            groups = await self._carry_out(self.statement(choice), run, keys, after)
        spans = _spans(groups, first)
        rows = [row for group in groups for row in group[:first]]
        loaded = Loaded(rows, spans, places, order=choice.order, has_previous=choice.continues)
        if self.reads_total:
            whole = Choice(choice.chosen, choice.order)
            counts = await self._carry_out(self.counting(whole), run, keys)
            loaded.totals = [count[0][0] for count in counts]
        await self.load_below(run, loaded)
        return loaded

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        if not loaded.spans:
            return [None] * len(loaded.places)
        pages = self._pages_of(loaded, self.objects(loaded, run))
        return [None if place is None else pages[place] for place in loaded.places]

    def _pages_of(self, loaded: Loaded, objects: Sequence[Sequence[Any]]) -> Sequence[Any]:
        if self.connect is None:
            raise TypeError("the level was not compiled")
        totals = loaded.totals or [0] * len(loaded.spans)
        write = self._writer(loaded.order) if self.writes_cursors else None
        connect, rows, before = self.connect, loaded.rows, loaded.has_previous
        return [
            connect(objects, rows, start, stop, more, before, total, write)
            for (start, stop, more), total in zip(loaded.spans, totals, strict=True)
        ]

    def _writer(self, order: Order) -> Callable[[Any], str]:
        """The cursor of a row."""
        key, value, write = self.key_index, len(self.columns), self.pages.write_cursor
        return lambda row: write(order, row[value], row[key])


def _spans(groups: Sequence[Sequence[Any]], first: int | None = None) -> list[tuple[int, int, bool]]:
    spans, start = [], 0
    for group in groups:
        count = len(group)
        more = first is not None and count > first
        stop = start + (first if more and first is not None else count)
        spans.append((start, stop, more))
        start = stop
    return spans
