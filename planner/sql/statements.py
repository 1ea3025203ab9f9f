"""The statement that a level and the chain of lists fused to it are read by.

Each level is a subselect; a list below another is lateral to it, so that it has its own order and limit for
each row above. Such a join can only be a nested loop, which keeps the rows above in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tortoise.expressions import Q

from planner.levels.level import TABLE, Level
from planner.recent import Recent
from planner.sql.parameters import PARENTS, Brought, Parameters, Statement
from planner.sql.rows_at_hand import Subselect

MAX_BYTES = 128 * 1024
"""Of the statements of one plan."""
# As measured with tracemalloc; Python keeps a character in four bytes at most.
ENTRY_BYTES, VALUE_BYTES, CHARACTER_BYTES = 2048, 128, 2 * 4

ABOVE = "parent"
"""The alias of the rows above, where they are known by their keys."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Those of the rows above, which a run brings."""

    brought: Brought
    sql_type: str
    """Of one of them. Of PARENTS there is an array; else there is one."""


@dataclass(frozen=True, slots=True)
class Above:
    """The row above."""

    key: str
    """As SQL."""
    level: Level | None = None
    row: Subselect | None = None
    """Where it is read by the same statement."""
    known: Q | None = None
    """What is true of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a statement a level is read."""

    depth: int
    parameters: Parameters
    above: Above | None
    """None for nobody in particular."""
    as_usual: bool
    """Whether what is usually so is taken for granted; see planner/sql/usual.py."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a level reads: `columns`, of `source` with what follows FROM."""

    columns: list[str]
    source: str
    assumed: Q | None = None
    """What was taken for granted of the level's own rows."""

    def sql(self) -> str:
        """Columns under the names that a chain knows them by."""
        named = ", ".join(f"{sql} AS k{number}" for number, sql in enumerate(self.columns))
        return f"SELECT {named or '1 AS k0'} FROM {self.source}"


class Rows(Protocol):
    """What a level asks for, as far as the statement's text depends on it."""

    def selection(self, level: Any, place: Place) -> Selection:
        """Its columns begin with the level's."""


class Statements:
    """Those of a plan, written once for what their lists were asked; the longest unused go."""

    def __init__(self, placeholder: Any) -> None:
        self._placeholder = placeholder
        self._written: Recent[tuple[Level | Rows | bool, ...], Statement] = Recent(
            MAX_BYTES, MAX_BYTES // 2, _weight_of
        )

    def of(
        self, level: Level, rows: Sequence[Rows], keys: Keys | None, *, as_usual: bool = False
    ) -> Statement:
        """That of as many levels of its chain as `rows` are asked for; for each of an array of keys, with its
        place at the end of each row, or for one; or, without, for nobody in particular."""

        def written(_: object) -> Statement:
            chain = list(zip(chain_of(level), rows, strict=False))
            return _statement_of(chain, Parameters(self._placeholder), keys, as_usual=as_usual)

        return self._written.get_or_make((level, as_usual, *rows), written)


def _weight_of(chain: object, statement: Statement) -> int:
    """What a client chose is kept twice, in the statement and in what it is known by."""
    chosen = sum(len(value) if isinstance(value, str) else 0 for value in statement.values)
    return ENTRY_BYTES + len(statement.sql) + VALUE_BYTES * len(statement.values) + CHARACTER_BYTES * chosen


def chain_of(level: Level) -> list[Level]:
    """The levels that are read by one statement with this one, from the top."""
    chain = [level]
    while chain[-1].fused is not None:
        chain.append(chain[-1].fused.level)
    return chain


def _statement_of(
    chain: Sequence[tuple[Level, Rows]], parameters: Parameters, keys: Keys | None, *, as_usual: bool
) -> Statement:
    above = None if keys is None else Above(parameters.add(keys.brought))
    source = ""
    if keys is not None and above is not None and keys.brought == PARENTS:
        # Whose rows they are is told at the end of each: there is no place there for anything else.
        as_usual = False
        source = f"unnest({above.key}::{keys.sql_type}[]) WITH ORDINALITY AS {ABOVE}(key, place)"
        above = Above(f"{ABOVE}.key")
    selections, assumed = _selections(chain, parameters, above, as_usual=as_usual)
    for depth, (selection, _) in enumerate(selections):
        join = " LEFT JOIN LATERAL " if depth else " CROSS JOIN LATERAL " if source else ""
        source += f"{join}({selection.sql()}) AS l{depth}{' ON true' if depth else ''}"
    selected = [_own(selection, depth, own) for depth, (selection, own) in enumerate(selections)]
    if keys is not None and keys.brought == PARENTS:
        selected.append(f"{ABOVE}.place")
    selected += [" AND ".join(assumed)] if assumed else []
    return parameters.statement(f"SELECT {', '.join(selected)} FROM {source}", assumes=bool(assumed))


def _selections(
    chain: Sequence[tuple[Level, Rows]], parameters: Parameters, above: Above | None, *, as_usual: bool
) -> tuple[list[tuple[Selection, int]], list[str]]:
    """Level by level, each with how many columns are its own; and what is to be true of each row."""
    selections, assumed = list[tuple[Selection, int]](), list[str]()
    for depth, (level, rows) in enumerate(chain):
        selection = rows.selection(level, Place(depth, parameters, above, as_usual))
        own = len(selection.columns)
        selections.append((selection, own))
        if selection.assumed is not None:
            predicate = parameters.predicate(selection.assumed, level.model, TABLE)
            selection.columns.append(f"({predicate}) IS TRUE")
            assumed.append(f"l{depth}.k{own} IS NOT FALSE")
        if level.fused is not None:
            key, row = f"l{depth}.k{level.fused.key_index}", Subselect(f"l{depth}", selection.columns)
            above = Above(key, level, row, selection.assumed)
    return selections, assumed


def _own(selection: Selection, depth: int, own: int) -> str:
    """What a level itself selects, without what the one below reads of its rows."""
    if len(selection.columns) == own:
        return f"l{depth}.*"
    return ", ".join(f"l{depth}.k{number}" for number in range(max(1, own)))
