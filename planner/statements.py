"""The statement that a level and the chain of lists fused to it are read by.

Each level is a subselect; a list below another is lateral to it, so that it has its own order and limit for
each row above. Such a join can only be a nested loop, which keeps the rows above in their order.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from planner.level import Level
from planner.parameters import PARENTS, Parameters, Statement
from planner.recent import Recent

MAX_BYTES = 128 * 1024
"""Of the statements of one plan."""
# As measured with tracemalloc; Python keeps a character in four bytes at most.
ENTRY_BYTES, VALUE_BYTES, CHARACTER_BYTES = 2048, 128, 2 * 4

PARENT = "parent"
"""The alias of the rows above, where they are known by their keys."""


class Rows(Protocol):
    """What a level asks for, as far as the statement's text depends on it."""

    def sql(self, level: Any, depth: int, parameters: Parameters, link: str | None) -> str:
        """The subselect, whose columns are `k0`, `k1` …; `link` is the key of the row above."""


class Statements:
    """Those of a plan, written once for what their lists were asked; the longest unused go."""

    def __init__(self, placeholder: Any) -> None:
        self._placeholder = placeholder
        self._written: Recent[tuple[Level | Rows, ...], Statement] = Recent(
            MAX_BYTES, MAX_BYTES // 2, _weight_of
        )

    def of(self, level: Level, rows: Sequence[Rows], key_type: str | None) -> Statement:
        """That of as many levels of its chain as `rows` are asked for; for each of an array of keys of that
        type, with its place at the end of each row; or, without, for nobody in particular."""

        def written(_: object) -> Statement:
            return _statement_of(list(zip(chain_of(level), rows, strict=False)), self._placeholder, key_type)

        return self._written.get_or_make((level, *rows), written)


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


def _statement_of(chain: Sequence[tuple[Level, Rows]], placeholder: Any, key_type: str | None) -> Statement:
    parameters = Parameters(placeholder)
    source, link = "", None
    if key_type is not None:
        keys = parameters.add(PARENTS)
        source = f"unnest({keys}::{key_type}[]) WITH ORDINALITY AS {PARENT}(key, place)"
        link = f"{PARENT}.key"
    selected = []
    for depth, (level, rows) in enumerate(chain):
        subselect = f"({rows.sql(level, depth, parameters, link)}) AS l{depth}"
        if depth > 0:
            source += f" LEFT JOIN LATERAL {subselect} ON true"
        else:
            source += f" CROSS JOIN LATERAL {subselect}" if source else subselect
        selected.append(f"l{depth}.*")
        if level.fused is not None:
            link = f"l{depth}.k{level.fused.key_index}"
    if key_type is not None:
        selected.append(f"{PARENT}.place")
    return parameters.statement(f"SELECT {', '.join(selected)} FROM {source}")


def numbered(columns: Sequence[str]) -> str:
    """Columns under the names that a chain knows them by."""
    return ", ".join(f"{sql} AS k{number}" for number, sql in enumerate(columns)) or "1 AS k0"
