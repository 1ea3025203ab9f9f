"""Levels that are lists: what a connection's pages and plain lists have in common."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from planner.declared import EitherWay, Order, ToMany
from planner.either_way import Page, keys_of_page
from planner.level import TABLE, Level, Loaded
from planner.links import Link
from planner.parameters import PARENT, PARENTS, VIEWER, Brought, Parameters, Statement
from planner.rows_at_hand import RowAtHand, asked_of_rows_at_hand, joined_rows
from planner.run import Run
from planner.statements import Above, Selection, Statements, chain_of
from planner.tables import column_of, table_of


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list's arguments say, as far as the statement's text depends on it."""

    chosen: tuple[Hashable, ...]
    """What the predicate takes beside the viewer."""
    order: Order
    limit: int | None = None
    continues: bool = False
    """Whether it begins after a cursor."""

    def selection(
        self, level: "ListLevel", depth: int, parameters: Parameters, above: Above | None
    ) -> Selection:
        """The level's columns, then the order's value where cursors are written."""
        value = f"{TABLE}.{column_of(level.model, self.order.column)}"
        columns = [*level.columns, value] if level.writes_cursors else [*level.columns]
        direction = "DESC" if self.order.is_descending else "ASC"
        by = f"{value} {direction}, {level.key} {direction}"
        where = level.where(self.chosen)
        if isinstance(where, EitherWay) and above is None and self.limit is not None:
            page = Page(table_of(level.model), TABLE, level.key, by, self.limit, where.most_near)
            conditions, limit = self._of_page(page, where, level, depth, parameters), ""
        else:
            rows = level.link.rows_at_hand(above) + joined_rows(level)
            asked = level.conditions(where, rows, parameters, above) + self._beyond(level, depth, parameters)
            conditions = " AND ".join(asked)
            limit = f" LIMIT {self.limit}" if self.limit is not None else ""
        source = level.joined(parameters) + level.link.join(above)
        return Selection(columns, f"{source} WHERE {conditions} ORDER BY {by}{limit}")

    def _of_page(
        self, page: Page, where: EitherWay, level: "ListLevel", depth: int, parameters: Parameters
    ) -> str:
        """The condition that a row is of the page."""

        def within() -> str:
            own = parameters.predicate(where.within, level.model, TABLE)
            return " AND ".join([f"({own})", *self._beyond(level, depth, parameters)])

        near, far = (f"({parameters.predicate(q, level.model, TABLE)})" for q in (where.near, where.far))
        return f"{level.key} IN {keys_of_page(page, within, near, far)}"

    def _beyond(self, level: "ListLevel", depth: int, parameters: Parameters) -> list[str]:
        """Where the list begins after a row."""
        if not self.continues:
            return []
        value = f"{TABLE}.{column_of(level.model, self.order.column)}"
        after = ", ".join(parameters.add(brought) for brought in after_of(depth))
        return [f"({value}, {level.key}) {'<' if self.order.is_descending else '>'} ({after})"]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has, cursors aside."""

    choice: Choice

    def selection(
        self, level: "ListLevel", depth: int, parameters: Parameters, above: Above | None
    ) -> Selection:
        own = f"{table_of(level.model)} AS {TABLE}{level.link.join(above)}"
        where = level.where(self.choice.chosen)
        if isinstance(where, EitherWay) and above is None:
            where = Q(where.within, where.far)
        conditions = level.conditions(where, level.link.rows_at_hand(above), parameters, above)
        return Selection(["count(*)"], f"{own} WHERE {' AND '.join(conditions)}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list's arguments ask for: at most `first` rows, after one with these two values."""

    choice: Choice
    first: int | None = None
    after: tuple[Any, Any] | None = None


def after_of(depth: int) -> tuple[Brought, Brought]:
    """The order's value and the primary key of the row to continue after, of a chain's level."""
    return Brought(f"after {depth}: value"), Brought(f"after {depth}: key")


class ListLevel(Level):
    """Rows of each parent, or of nobody in particular, in order."""

    reads_rows = True
    """Whether more is asked for than how many there are."""

    def __init__(self, declared: ToMany, viewer: Any, statements: Statements, path: str) -> None:
        super().__init__(declared.model, path)
        self.declared, self._viewer, self._statements = declared, viewer, statements
        self.link = Link(declared.model, declared.link)

    @property
    def can_be_fused(self) -> bool:  # type: ignore[override]
        return self.declared.link is not None

    def asked(self, run: Run) -> Asked:
        """What the arguments ask for. Raises what the application's own reading of them raises."""
        raise NotImplementedError

    def statement(self, choices: Sequence[Choice]) -> Statement:
        """Of the level and those fused to it."""
        return self._statements.of(self, choices, self.link.keys)

    def counting(self, choice: Choice) -> Statement:
        return self._statements.of(self, [Count(choice)], self.link.keys)

    def statement_of(self, run: Run) -> Statement | None:
        if not self.reads_rows:
            return None
        return self.statement([each.choice for each in asked_of(chain_of(self), run)])

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        keys, places = self._keys_of(parents)
        if not any(place is not None for place in places):
            return Loaded(places=places)
        asked = asked_of(chain_of(self), run)
        groups: list[list[Any]] = [[] for _ in keys]
        if self.reads_rows:
            groups = await self.carry_out(self.statement([each.choice for each in asked]), run, keys, asked)
        loaded = self.take(groups, asked)
        loaded.keys, loaded.places = keys, places
        await self.load_below(run, loaded)
        return loaded

    def take(self, groups: Sequence[Sequence[Any]], asked: Sequence[Asked]) -> Loaded:
        """The rows of each parent, out of the statement's rows."""
        first = asked[0].first
        if self.fused is None:
            rows, spans = _cut(groups, first)
            return Loaded(rows, spans, range(len(spans)), asked=asked[0])
        rows, spans, below = _told_apart(groups, first, self.key_place)
        fused = self.fused.level
        if not isinstance(fused, ListLevel):
            raise TypeError("only lists are fused")
        return Loaded(
            rows, spans, range(len(spans)), asked=asked[0], fused=fused.take_below(below, asked[1:])
        )

    def take_below(self, groups: Sequence[Sequence[Any]], asked: Sequence[Asked]) -> Loaded:
        """The same, for a level that is fused to another: a row above that has none below comes once."""
        place = self.key_place
        return self.take([[] if group[0][place] is None else group for group in groups], asked)

    @property
    def key_place(self) -> int:
        index = self.own_key_index
        if index is None:
            raise TypeError("a chain's rows are told apart by their keys")
        return index + self.offset

    def where(self, chosen: tuple[Hashable, ...]) -> Q:
        return self.declared.where(self._viewer, *chosen)

    def conditions(
        self, where: Q, rows: Sequence[RowAtHand], parameters: Parameters, above: Above | None
    ) -> list[str]:
        predicate = parameters.predicate(asked_of_rows_at_hand(where, rows), self.model, TABLE)
        return [f"({predicate})", *self.link.conditions(above)]

    async def carry_out(
        self, statement: Statement, run: Run, keys: Sequence[Any], asked: Sequence[Asked] = ()
    ) -> list[list[Any]]:
        """Rows by parent."""
        brought: dict[Brought, Any] = {VIEWER: run.viewer, PARENTS: keys, PARENT: keys[0]}
        brought |= continuing(asked)
        rows = await run.fetch(statement.sql, statement.arguments(brought))
        if len(keys) == 1:
            return [list(rows)]
        groups: list[list[Any]] = [[] for _ in keys]
        for row in rows:
            groups[row[-1] - 1].append(row)
        return groups

    def _keys_of(self, parents: Sequence[Any]) -> tuple[list[Any], list[int | None]]:
        """The parents that there are, each once, and the place of each parent among them."""
        if self.declared.link is None:
            return [None], [None if parent is None else 0 for parent in parents]
        keys = list(dict.fromkeys(key for key in parents if key is not None))
        places = {key: place for place, key in enumerate(keys)}
        return keys, [places.get(parent) for parent in parents]


class PlainListLevel(ListLevel):
    """All rows of each parent."""

    kind = "all rows"

    builder = 0

    def asked(self, run: Run) -> Asked:
        return Asked(Choice((), self.declared.order))

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        if not loaded.spans:
            return [None] * len(loaded.places)
        objects = self.objects(loaded, run)[self.builder]
        lists = [objects[start:stop] for start, stop, _ in loaded.spans]
        return [None if place is None else lists[place] for place in loaded.places]


def asked_of(chain: Sequence[Level], run: Run) -> list[Asked]:
    """What each list of a chain asks for."""
    return [level.asked(run) for level in chain if isinstance(level, ListLevel)]


def continuing(asked: Sequence[Asked], depth: int = 0) -> dict[Brought, Any]:
    """What a run brings for the cursors of a chain's lists, the first of them at this depth."""
    brought: dict[Brought, Any] = {}
    for number, each in enumerate(asked, depth):
        if each.after is not None:
            brought.update(zip(after_of(number), each.after, strict=True))
    return brought


Spans = list[tuple[int, int, bool]]


def _cut(groups: Sequence[Sequence[Any]], first: int | None) -> tuple[list[Any], Spans]:
    """Of each group's rows, the first ones; and where they stand among all."""
    rows: list[Any] = []
    spans: Spans = []
    for group in groups:
        start = len(rows)
        more = first is not None and len(group) > first
        rows += group[:first] if more else group
        spans.append((start, len(rows), more))
    return rows, spans


def _told_apart(
    groups: Sequence[Sequence[Any]], first: int | None, place: int
) -> tuple[list[Any], Spans, list[list[Any]]]:
    """The same, where each row comes once for each row below it: these are the third."""
    rows: list[Any] = []
    spans: Spans = []
    below: list[list[Any]] = []
    for group in groups:
        start, more, key, same = len(rows), False, None, []
        for row in group:
            if row[place] == key:
                same.append(row)
                continue
            if first is not None and len(rows) - start == first:
                more = True
                break
            key, same = row[place], [row]
            rows.append(row)
            below.append(same)
        spans.append((start, len(rows), more))
    return rows, spans, below
