"""A level: one statement, and what becomes of its rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from planner.parameters import Parameters
from planner.run import Run
from planner.tables import column_of, key_of, table_of

TABLE = "t0"
"""The alias of a level's own table."""

Build = Callable[[Sequence[Any], Sequence[Any], Sequence[Any], Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Join:
    """A row beside each of the level's, at most one: those of the table whose columns equal the host's and
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
    totals: Sequence[int] = ()
    order: Any = None
    has_previous: bool = False


class Level:
    """What all levels have in common: columns of a table and of rows joined to it, levels below, and the
    functions that make objects of rows."""

    def __init__(self, model: type[Model], path: str) -> None:
        self.model, self.path = model, path
        self.columns: list[str] = []
        self.own_columns: list[str] = []
        """The fields of the level's own table among them."""
        self.joins: list[Join] = []
        self.children: list[Child] = []
        self.awaited: list[Awaited] = []
        self.beside: dict[str, Any] = {}
        """What generated code names."""
        self._names = 0
        self._expressions: list[str] = []

    def column(self, alias: str, model: type[Model], name: str) -> int:
        """The column's place in a row, selected from now on."""
        sql = f"{alias}.{column_of(model, name)}"
        if sql not in self.columns:
            self.columns.append(sql)
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

    @cached_property
    def builders(self) -> list[Build]:
        """Made when all of the level is known."""
        children = "".join(f"c{number}, " for number in range(len(self.children)))
        awaited = "".join(f"a{number}, " for number in range(len(self.awaited)))
        start = "def build(rows, children, awaited, info):\n"
        start += f" {children}= children\n" if children else ""
        start += f" {awaited}= awaited\n" if awaited else ""
        return [
            generated(f"{start} return [{expression} for i, r in enumerate(rows)]", self.beside, "build")
            for expression in self._expressions
        ]

    @property
    def key(self) -> str:
        return f"{TABLE}.{column_of(self.model, key_of(self.model))}"

    def joined(self, parameters: Parameters) -> str:
        """FROM and everything joined."""
        joins = "".join(f" {join.sql(parameters)}" for join in self.joins)
        return f"{table_of(self.model)} AS {TABLE}{joins}"

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        """Carry out the statement for these parents' keys, and those of the levels below."""
        raise NotImplementedError

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        """What each parent gets, ready for JSON."""
        raise NotImplementedError

    async def load_below(self, run: Run, loaded: Loaded) -> None:
        rows = loaded.rows
        for child in self.children:
            keys = [row[child.key_index] for row in rows]
            loaded.children.append(await child.level.load(run, keys))
        for awaited in self.awaited:
            values: list[Any] = []
            loaded.awaited.append(values)
            if rows:
                run.awaited.append((values, partial(awaited.of_rows, rows, run.information)))

    def objects(self, loaded: Loaded, run: Run) -> list[Sequence[Any]]:
        """By builder, one for each row."""
        children = [
            child.level.answers(below, run)
            for child, below in zip(self.children, loaded.children, strict=True)
        ]
        return [builder(loaded.rows, children, loaded.awaited, run.information) for builder in self.builders]


def generated(source: str, beside: dict[str, Any], name: str) -> Any:
    """A function made of our own words and column numbers: nothing that a client wrote is in its source but
    response keys, as literals. `beside` has what it names."""
    exec(source, beside)  # noqa: S102
    return beside.pop(name)
