"""A level: the rows of one table that a selection asks for, and what becomes of them.

A level and the list below it that is its `fused` one are read by one statement; see
planner/sql/statements.py.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tortoise.expressions import Q
from tortoise.fields import JSONField
from tortoise.models import Model

from planner.levels.chain import Chain, Loaded
from planner.levels.walk import in_words
from planner.run import Run
from planner.sql.parameters import Parameters, Statement
from planner.sql.tables import column_of, key_of, table_of

TABLE = "t0"
"""The alias of a level's own table."""


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
class Steps:
    """Lines of generated code for a level's lists as wholes."""

    beginning: list[str] = field(default_factory=list)
    opening: list[str] = field(default_factory=list)
    """For each parent, before its rows."""
    taking: list[str] = field(default_factory=list)
    """For each row."""
    beyond: list[str] = field(default_factory=list)
    """Where there are more rows than were asked for."""
    ending: list[str] = field(default_factory=list)


class Level:
    """What all levels have in common: columns of a table and of rows joined to it, levels below, and what is
    made of a row.

    That is said in expressions of Python, which become part of the chain's functions. By a letter and a
    number they name the level's columns `r[n]`, its constants `v[n]`, what its children `c[n]` and what is
    awaited `a[n]` make for the row, its parent's lists of items `l[n]`; of a list, what was asked `q[0]`, its
    total `t[0]`, the row's key `k[0]` and the value it is ordered by `o[0]`; and whatever its own steps make.
    """

    kind = "rows"
    """What it reads, for people."""
    asks_the_same = True
    """Whether what it asks for is the same in each run."""
    can_be_fused = reads_more = reads_total = writes_cursors = False
    answer = "l[0]"
    """What a parent gets."""

    def __init__(self, model: type[Model], path: str) -> None:
        self.model, self.path = model, path
        self.columns: list[str] = []
        self.own_columns: list[str] = []
        """The fields of the level's own table among them."""
        self.joins: list[Join] = []
        self.children: list[Child] = []
        self.awaited: list[Awaited] = []
        self.called: list[Called] = []
        self.constants: list[Any] = []
        self.items: list[str] = []
        """What is made of each row, by list."""
        self.steps = Steps()
        self.usual: Q | None = None
        """By which of the predicate's alternatives its rows are usually seen."""
        self.fused: Child | None = None
        self.offset = 0
        """Where the level's columns begin in a row of the statement that it is read by."""
        self.chain: Chain
        """Of those read by one statement, from this one down; once it is settled."""
        self._holds_json = False

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
        """What names a value, the same for all rows, in expressions."""
        self.constants.append(value)
        return f"v[{len(self.constants) - 1}]"

    def join(self, join: Join) -> str:
        """The alias of the joined row; the same join is made once."""
        for known in self.joins:
            if known.host == join.host and known.declared is join.declared:
                return known.alias
        self.joins.append(join)
        return join.alias

    def each(self, expression: str) -> str:
        """The list, for each parent, of what the expression says of its rows."""
        self.items.append(expression)
        return f"l[{len(self.items) - 1}]"

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
        self.chain = Chain([self, *(self.fused.level.chain.levels if self.fused else ())])

    @property
    def is_at_hand(self) -> bool:
        """Whether its rows are known without a statement."""
        return False

    def statement_of(self, run: Run) -> Statement | None:
        """That which a run carries out for the level and those fused to it; None where there is none to be
        carried out. Raises what the application's own reading of arguments raises."""
        raise NotImplementedError

    def usual_statement_of(self, run: Run) -> Statement | None:
        """That which is tried first, where there is one; see planner/sql/usual.py."""
        return None

    def count_of(self, run: Run) -> Statement | None:
        """That by which a run counts the level's rows; None where it does not."""
        return None

    @property
    def reads_by_row(self) -> bool:
        """Whether anything is read for its rows that their statement does not read."""
        return bool(self.awaited) or any(child is not self.fused for child in self.children)

    @property
    def reads_further(self) -> bool:
        """The same, for its rows or for their parents."""
        return self.reads_by_row or self.reads_total

    @property
    def own_key_index(self) -> int | None:
        """The primary key's place among the columns, if it is selected."""
        return self.columns.index(self.key) if self.key in self.columns else None

    @property
    def key_place(self) -> int:
        """The primary key's place in a row of its statement."""
        index = self.own_key_index
        if index is None:
            raise TypeError("a chain's rows are told apart by their keys")
        return index + self.offset

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

    def request(self, run: Run) -> Any:
        """What the arguments of a list ask for. Raises what the application's own reading of them raises."""
        return None

    def answers(self, loaded: Loaded, run: Run) -> Sequence[Any]:
        """What each parent gets, ready for JSON."""
        raise NotImplementedError

    async def load(self, run: Run, parents: Sequence[Any]) -> Loaded:
        """Carry out the statement for these parents' keys, and those of the levels below."""
        raise NotImplementedError

    async def totals(self, run: Run, asked: Any, parents: Sequence[Any]) -> Sequence[int]:
        """How many rows each parent has in all, if it is to be told."""
        return ()

    def rows_function(self, expression: str) -> Callable[[Sequence[Any]], list[Any]]:
        """A function from rows of its statement to what the expression says of each."""

        def placed(kind: str, number: int) -> str:
            return f"r[{number + self.offset}]" if kind == "r" else f"{kind}{number}"

        names = {f"v{number}": value for number, value in enumerate(self.constants)}
        function: Callable[[Sequence[Any]], list[Any]] = eval(  # noqa: S307
            f"lambda rows: [{in_words(expression, placed)} for r in rows]", names
        )
        return function
