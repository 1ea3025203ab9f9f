"""Levels that are lists: what a connection's pages and plain lists have in common."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from planner.declared import EitherWay, Order, ToMany
from planner.levels.chain import ChainRequest, Loaded
from planner.levels.level import TABLE, Level
from planner.run import Run
from planner.sql.either_way import Page, keys_of_page
from planner.sql.links import Link
from planner.sql.parameters import PARENT, PARENTS, VIEWER, Brought, Statement
from planner.sql.predicates import as_usual
from planner.sql.rows_at_hand import RowAtHand, asked_of_rows_at_hand, joined_rows
from planner.sql.statements import Place, Selection, Statements
from planner.sql.tables import column_of, table_of


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list's arguments say, as far as the statement's text depends on it."""

    chosen: tuple[Hashable, ...]
    """What the predicate takes beside the viewer."""
    order: Order
    limit: int | None = None
    continues: bool = False
    """Whether it begins after a cursor."""

    def selection(self, level: "ListLevel", place: Place) -> Selection:
        """The level's columns, then the order's value where cursors are written."""
        value = f"{TABLE}.{column_of(level.model, self.order.column)}"
        columns = [*level.columns, value] if level.writes_cursors else [*level.columns]
        direction = "DESC" if self.order.is_descending else "ASC"
        by = f"{value} {direction}, {level.key} {direction}"
        where, assumed, limit = level.where(self.chosen), None, ""
        if isinstance(where, EitherWay) and place.above is None and self.limit is not None:
            page = Page(table_of(level.model), TABLE, level.key, by, self.limit, where.most_near)
            conditions = [self._of_page(page, where, level, place)]
        else:
            where = Q(where.within, where.near) if isinstance(where, EitherWay) else where
            where, assumed = as_usual(where, level.usual if place.as_usual else None, level.model)
            rows = level.link.rows_at_hand(place.above) + joined_rows(level)
            conditions = level.conditions(where, rows, place) + self._beyond(level, place)
            limit = f" LIMIT {self.limit}" if self.limit is not None else ""
        source = level.joined(place.parameters) + level.link.join(place.above)
        return Selection(columns, f"{source} WHERE {' AND '.join(conditions)} ORDER BY {by}{limit}", assumed)

    def _of_page(self, page: Page, where: EitherWay, level: "ListLevel", place: Place) -> str:
        """The condition that a row is of the page."""

        def predicate(q: Q) -> str:
            return f"({place.parameters.predicate(q, level.model, TABLE)})"

        def within() -> str:
            return " AND ".join([predicate(where.within), *self._beyond(level, place)])

        near, far = predicate(where.near), predicate(where.far)
        return f"{level.key} IN {keys_of_page(page, within, near, far)}"

    def _beyond(self, level: "ListLevel", place: Place) -> list[str]:
        """Where the list begins after a row."""
        if not self.continues:
            return []
        value = f"{TABLE}.{column_of(level.model, self.order.column)}"
        after = ", ".join(place.parameters.add(brought) for brought in after_of(place.depth))
        return [f"({value}, {level.key}) {'<' if self.order.is_descending else '>'} ({after})"]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has, cursors aside."""

    choice: Choice

    def selection(self, level: "ListLevel", place: Place) -> Selection:
        own = f"{table_of(level.model)} AS {TABLE}{level.link.join(place.above)}"
        where = level.where(self.choice.chosen)
        if isinstance(where, EitherWay) and place.above is None:
            where = Q(where.within, where.far)
        conditions = level.conditions(where, level.link.rows_at_hand(place.above), place)
        return Selection(["count(*)"], f"{own} WHERE {' AND '.join(conditions)}")


@dataclass(frozen=True, slots=True)
class ListRequest:
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
        self.usual = declared.usually(viewer) if declared.usually else None

    @property
    def can_be_fused(self) -> bool:  # type: ignore[override]
        return self.declared.link is not None

    def request(self, run: Run) -> ListRequest:
        """What the arguments ask for. Raises what the application's own reading of them raises."""
        raise NotImplementedError

    def statement(self, choices: Sequence[Choice], *, as_usual: bool = False) -> Statement:
        """Of the level and those fused to it."""
        return self._statements.of(self, choices, self.link.keys, as_usual=as_usual)

    def counting(self, choice: Choice) -> Statement:
        return self._statements.of(self, [Count(choice)], self.link.keys)

    def statement_of(self, run: Run) -> Statement | None:
        if not self.reads_rows:
            return None
        return self._statement_for(self.chain.request(run), as_usual=False)

    def usual_statement_of(self, run: Run) -> Statement | None:
        if not self.reads_rows:
            return None
        usual = self._statement_for(self.chain.request(run), as_usual=True)
        return usual if usual.assumes else None

    def _statement_for(self, request: ChainRequest, *, as_usual: bool) -> Statement:
        found = request.statements.get(as_usual)
        if found is None:
            found = self.statement(choices_of(request.by_level), as_usual=as_usual)
            request.statements[as_usual] = found
        return found

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        keys, places = self._keys_of(parents)
        if not any(place is not None for place in places):
            return Loaded(places=places)
        request = self.chain.request(run)
        groups: Sequence[Sequence[Any]] = [()] * len(keys)
        if self.reads_rows:
            rows = await self.chain.usually.rows(
                run,
                lambda as_usual: self._statement_for(request, as_usual=as_usual),
                self._brought(run, keys) | continuing(request.by_level),
            )
            groups = self._by_parent(rows, keys)
        loaded = Loaded(groups, places, request.by_level)
        await self.chain.load_further(run, loaded, keys)
        return loaded

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        if not loaded.groups:
            return [None] * len(loaded.places)
        answers = self.chain.answers(loaded, run)
        return [None if place is None else answers[place] for place in loaded.places]

    def where(self, chosen: tuple[Hashable, ...]) -> Q:
        return self.declared.where(self._viewer, *chosen)

    def conditions(self, where: Q, rows: Sequence[RowAtHand], place: Place) -> list[str]:
        predicate = place.parameters.predicate(asked_of_rows_at_hand(where, rows), self.model, TABLE)
        return [f"({predicate})", *self.link.conditions(place.above)]

    async def count(self, choice: Choice, run: Run, keys: Sequence[Any]) -> Sequence[int]:
        """How many there are of each parent."""
        statement = self.counting(choice)
        rows = await run.fetch(statement.sql, statement.arguments(self._brought(run, keys)))
        return [count[0][0] for count in self._by_parent(rows, keys)]

    def _brought(self, run: Run, keys: Sequence[Any]) -> dict[Brought, Any]:
        return {VIEWER: run.viewer, PARENTS: keys, PARENT: keys[0]}

    def _by_parent(self, rows: Sequence[Any], keys: Sequence[Any]) -> Sequence[Sequence[Any]]:
        if len(keys) == 1:
            return [rows]
        if self.link.parents is not PARENTS:
            raise TypeError("what is declared to be one row is several")
        groups: list[list[Any]] = [[] for _ in keys]
        for row in rows:
            groups[row[-1] - 1].append(row)
        return groups

    def _keys_of(self, parents: Sequence[Any]) -> tuple[list[Any], list[int | None]]:
        """The parents that there are, each once, and the place of each parent among them."""
        if self.declared.link is None:
            return [None], [None if parent is None else 0 for parent in parents]
        if len(parents) == 1:
            # UUIDs are slow to hash.
            return ([], [None]) if parents[0] is None else ([parents[0]], [0])
        keys = list(dict.fromkeys(key for key in parents if key is not None))
        places = {key: place for place, key in enumerate(keys)}
        return keys, [places.get(parent) for parent in parents]


class PlainListLevel(ListLevel):
    """All rows of each parent."""

    kind = "all rows"

    def request(self, run: Run) -> ListRequest:
        return ListRequest(Choice((), self.declared.order))


def choices_of(asked: Sequence[ListRequest | None]) -> list[Choice]:
    """Those of a chain's lists."""
    return [each.choice for each in asked if each is not None]


def continuing(asked: Sequence[ListRequest | None]) -> dict[Brought, Any]:
    """What a run brings for the cursors of a chain's lists."""
    brought: dict[Brought, Any] = {}
    for depth, each in enumerate(asked):
        if each is not None and each.after is not None:
            brought.update(zip(after_of(depth), each.after, strict=True))
    return brought
