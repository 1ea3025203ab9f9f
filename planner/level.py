"""A level: the rows of one table that a selection asks for, and what becomes of them.

A level and the list below it that is its `fused` one are read by one statement; see planner/statements.py.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from tortoise.expressions import Q
from tortoise.fields import JSONField
from tortoise.models import Model

from planner.parameters import Parameters, Statement
from planner.run import Run
from planner.tables import column_of, key_of, table_of

TABLE = "t0"
"""The alias of a level's own table."""
OWN_COLUMN = re.compile(r"\br\[(\d+)\]")

Build = Callable[[Sequence[Any], Sequence[Any], Sequence[Any], Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Join:
    """A row beside each of the level's, at most one: that of the table whose columns equal the host's and
    that the predicate lets through."""

    model: type[Model]
    alias: str
    host: str
    on: tuple[tuple[str, str], ...]
    host_model: type[Model]
    where: Q | None
    declared: object
    """What told of it: the same is joined once."""

    def sql(self, parameters: Parameters) -> str:
        conditions = [
            f"{self.alias}.{column_of(self.model, mine)} = {self.host}.{column_of(self.host_model, theirs)}"
            for mine, theirs in self.on
        ]
        if self.where is not None:
            conditions.append(f"({parameters.predicate(self.where, self.model, self.alias)})")
        return f"LEFT JOIN {table_of(self.model)} AS {self.alias} ON {' AND '.join(conditions)}"


@dataclass(frozen=True, slots=True)
class Child:
    """A level below: its parents' keys stand in a column of this one's rows."""

    level: "Level"
    key_index: int


@dataclass(frozen=True, slots=True)
class Called:
    """A field whose value a function makes of these columns."""

    field: str
    columns: Sequence[str]
    is_awaited: bool


@dataclass(frozen=True, slots=True)
class Awaited:
    """Values of all rows that are made by awaiting."""

    of_rows: Callable[[Sequence[Any], Any], Awaitable[list[Any]]]


@dataclass(slots=True)
class Loaded:
    """The rows of one run. `spans` are those of each parent in turn: from, to, and whether more follow;
    `places` says which span is whose, None for a parent that is not there."""

    rows: Sequence[Any] = ()
    spans: Sequence[tuple[int, int, bool]] = ()
    places: Sequence[int | None] = ()
    children: list["Loaded"] = field(default_factory=list)
    awaited: list[list[Any]] = field(default_factory=list)
    keys: Sequence[Any] = ()
    """Those of the parents that are there, by span."""
    asked: Any = None
    """What a list's arguments asked for."""
    totals: Sequence[int] = ()
    fused: "Loaded | None" = None


class Level:
    """What all levels have in common: columns of a table and of rows joined to it, levels below, and the
    functions that make objects of rows."""

    kind = "rows"
    """What it reads, for people."""
    writes_cursors = False
    can_be_fused = False

    def __init__(self, model: type[Model], path: str) -> None:
        self.model, self.path = model, path
        self.columns: list[str] = []
        self.own_columns: list[str] = []
        """The fields of the level's own table among them."""
        self.joins: list[Join] = []
        self.children: list[Child] = []
        self.awaited: list[Awaited] = []
        self.called: list[Called] = []
        self.beside: dict[str, Any] = {}
        """What generated code names."""
        self.fused: Child | None = None
        self.offset = 0
        """Where the level's columns begin in a row of the statement that it is read by."""
        self._names = 0
        self._expressions: list[str] = []
        self._holds_json = False
        self._made: dict[str, Any] = {}

    def column(self, alias: str, model: type[Model], name: str) -> int:
        """The column's place among the level's, selected from now on."""
        sql = f"{alias}.{column_of(model, name)}"
        if sql not in self.columns:
            self.columns.append(sql)
            self._holds_json |= isinstance(model._meta.fields_map[name], JSONField)
            if alias == TABLE:
                self.own_columns.append(name)
        return self.columns.index(sql)

    def name(self, value: Any) -> str:
        """A name for a value in generated code."""
        self._names += 1
        name = f"v{self._names}"
        self.beside[name] = value
        return name

    def join(self, join: Join) -> str:
        """The alias of the joined row; the same join is made once."""
        for known in self.joins:
            if known.host == join.host and known.declared is join.declared:
                return known.alias
        self.joins.append(join)
        return join.alias

    def build(self, expression: str) -> int:
        """Which builder makes the object that the expression says of each row `r`, the `i`th."""
        self._expressions.append(expression)
        return len(self._expressions) - 1

    def settle(self, offset: int = 0) -> None:
        """Say what is read by one statement, and so where each column stands; when all is compiled."""
        self.offset = offset
        # A row is repeated for each below it: what is large is better asked for by itself.
        candidates = [] if self._holds_json or self.is_at_hand else self.children
        own_key = self.own_key_index
        self.fused = next(
            (child for child in candidates if child.level.can_be_fused and child.key_index == own_key), None
        )
        for child in self.children:
            if child is not self.fused:
                child.level.settle()
        if self.fused is not None:
            # By its key it is told whether there is a row below.
            self.fused.level.column(TABLE, self.fused.level.model, key_of(self.fused.level.model))
            self.fused.level.settle(offset + self.width)

    @property
    def is_at_hand(self) -> bool:
        """Whether its rows are known without a statement."""
        return False

    def statement_of(self, run: Run) -> Statement | None:
        """That which a run carries out for the level and those fused to it; None where there is none to be
        carried out. Raises what the application's own reading of arguments raises."""
        raise NotImplementedError

    def count_of(self, run: Run) -> Statement | None:
        """That by which a run counts the level's rows; None where it does not."""
        return None

    @property
    def own_key_index(self) -> int | None:
        """The primary key's place among the columns, if it is selected."""
        return self.columns.index(self.key) if self.key in self.columns else None

    @property
    def width(self) -> int:
        """How many columns it has in a row of its statement."""
        return max(1, len(self.columns) + self.writes_cursors)

    @property
    def key(self) -> str:
        return f"{TABLE}.{column_of(self.model, key_of(self.model))}"

    def joined(self, parameters: Parameters) -> str:
        """FROM and everything joined."""
        joins = "".join(f" {join.sql(parameters)}" for join in self.joins)
        return f"{table_of(self.model)} AS {TABLE}{joins}"

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        """What each parent gets, ready for JSON."""
        raise NotImplementedError

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        """Carry out the statement for these parents' keys, and those of the levels below."""
        raise NotImplementedError

    async def load_below(self, run: Run, loaded: Loaded) -> None:
        """Carry out what else there is to read below these rows, and note what is to be awaited."""
        for child in self.children:
            if child is self.fused and loaded.fused is not None:
                below, place = loaded.fused, child.key_index + self.offset
                below.keys = [row[place] for row in loaded.rows]
                await child.level.load_below(run, below)
            else:
                place = child.key_index + self.offset
                below = await child.level.load(run, [row[place] for row in loaded.rows])
            loaded.children.append(below)
        for awaited in self.awaited:
            values: list[Any] = []
            loaded.awaited.append(values)
            if loaded.rows:
                run.awaited.append((values, partial(awaited.of_rows, loaded.rows, run.information)))

    def objects(self, loaded: Loaded, run: Run) -> list[Sequence[Any]]:
        """By builder, one for each row."""
        if not loaded.rows:
            return [[] for _ in self._expressions]
        children = [
            child.level.answers(below, run)
            for child, below in zip(self.children, loaded.children, strict=True)
        ]
        return [builder(loaded.rows, children, loaded.awaited, run.information) for builder in self.builders]

    @cached_property
    def builders(self) -> list[Build]:
        """Made when all of the level is known."""
        children = "".join(f"c{number}, " for number in range(len(self.children)))
        awaited = "".join(f"a{number}, " for number in range(len(self.awaited)))
        start = "def build(rows, children, awaited, info):\n"
        start += f" {children}= children\n" if children else ""
        start += f" {awaited}= awaited\n" if awaited else ""
        return [
            self.generated(f"{start} return [{expression} for i, r in enumerate(rows)]", "build")
            for expression in self._expressions
        ]

    def made(self, source: str, name: str) -> Any:
        """The same, made once."""
        if source not in self._made:
            self._made[source] = self.generated(source, name)
        return self._made[source]

    def generated(self, source: str, name: str) -> Any:
        """A function made of our own words and column numbers: nothing that a client wrote is in its source
        but response keys, as literals. `r[n]` is the level's `n`th column."""
        placed = OWN_COLUMN.sub(lambda found: f"r[{int(found[1]) + self.offset}]", source)
        exec(placed, self.beside)  # noqa: S102
        return self.beside.pop(name)
