"""Conditions on a row that the statement has at hand are asked of that row, not of its table once more.

A list's rows have the row above beside them, or one between, and those that are joined. Where a predicate
asks for the row of a table that a column leads to, and that is one of these, it is the same row of the same
snapshot: what is asked of it is answered alike, without looking it up for each row of the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Criterion, Field
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

from planner.declared import Tied
from planner.levels.level import TABLE, Join, Level
from planner.sql.predicates import ALWAYS, words_of


@dataclass(frozen=True, slots=True)
class RowAtHand:
    """The row of a table whose fields, the keys of `ties`, equal these fields of a level's own row."""

    model: type[Model]
    ties: Mapping[str, str]
    table: Table
    """What its columns are read from."""
    join: Join | None = None
    """Where it may be missing: what it was joined by."""
    known: Q | None = None
    """What is true of it."""

    def answer(self, tied: Tied) -> Q | None:
        """What means the same; None where that row is not the one that is asked for."""
        if tied.model is not self.model or dict(tied.ties) != dict(self.ties):
            return None
        if self.known is not None and words_of(self.known, self.model) == words_of(tied.where, self.model):
            return ALWAYS
        if self.join is None:
            return _Satisfies(self, tied.where)
        if self.join.where is None:
            # Where it is missing its columns are null, which a condition may take for an answer.
            return _Satisfies(self, Q(_Satisfies(self, Q()), tied.where))
        if words_of(self.join.where, self.model) != words_of(tied.where, self.model):
            return None
        return _Satisfies(self, Q())


def asked_of_rows_at_hand(where: Q, rows: Sequence[RowAtHand]) -> Q:
    """The predicate, where possible on these rows, which stand beside each that it is asked of."""
    if isinstance(where, Tied):
        found = next((answer for row in rows if (answer := row.answer(where)) is not None), None)
        if found is None:
            return where
        return ~found if where._is_negated else found
    if type(where) is not Q or not where.children:
        return where
    children = [asked_of_rows_at_hand(each, rows) for each in where.children]
    if where.join_type == Q.OR and any(each is ALWAYS for each in children) and not where._is_negated:
        return ALWAYS
    turned = Q(*children, join_type=where.join_type)
    return ~turned if where._is_negated else turned


def joined_rows(level: Level) -> list[RowAtHand]:
    """Those joined to the level's own."""
    return [
        RowAtHand(join.model, dict(join.on), table_as(join.model, join.alias), join)
        for join in level.joins
        if join.host == TABLE
    ]


def table_as(model: type[Model], alias: str) -> Table:
    named: Table = Table(model._meta.db_table).as_(alias)
    return named


class Subselect(Table):
    """A level's rows, whose columns are `k0`, `k1` … outside; more of them are selected as they are read."""

    def __init__(self, alias: str, columns: list[str]) -> None:
        super().__init__("rows", alias=alias)
        self._columns = columns

    def field(self, name: str) -> Field:
        """A column of the level's own table."""
        sql = f'{TABLE}."{name}"'
        if sql not in self._columns:
            self._columns.append(sql)
        return Field(f"k{self._columns.index(sql)}", table=self)


class _Satisfies(Q):
    """Whether the row at hand satisfies `where`; without one, whether it is there at all."""

    __slots__ = ("_row", "_where")

    def __init__(self, row: RowAtHand, where: Q) -> None:
        super().__init__()
        self._row, self._where = row, where

    def __bool__(self) -> bool:
        return True

    def __invert__(self) -> "_Satisfies":
        turned = _Satisfies(self._row, self._where)
        turned._is_negated = not self._is_negated
        return turned

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        row = self._row
        if self._where:
            inner = ResolveContext(model=row.model, table=row.table, annotations={}, custom_filters={})
            asked = self._where.resolve(inner)
            found = QueryModifier(_IsTrue(asked.where_criterion), asked.joins, asked.having_criterion)
        else:
            found = QueryModifier(row.table[row.model._meta.db_pk_column].notnull())
        return ~found if self._is_negated else found


class _IsTrue(Criterion):
    """As EXISTS, it is never unknown: what is made of the opposite is then the same."""

    def __init__(self, condition: Criterion) -> None:
        super().__init__()
        self._condition = condition

    def get_sql(self, ctx: SqlContext) -> str:
        return f"({self._condition.get_sql(ctx)}) IS TRUE"
