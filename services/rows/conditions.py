"""Conditions on the rows that belong to a row, which Tortoise has only as joins and whole lists of ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Criterion, Term
from tortoise.exceptions import OperationalError
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier


class Exists(Q):
    """Whether a row of `model` is tied to the row asked about and satisfies `where`.

    `ties` are its fields by name, each with the field of the outer row that it equals:
    `Exists(models.Publication, {"production_id": "id"}, Q(status=LIVE))` over productions. One may stand
    within another, and anywhere that a `Q` may. `where` may not need joins: nest another for that.

    Plans read `model`, `ties` and `where`, to ask a row that they have at hand (`planner.declared.Tied`).

    PostgreSQL reads it from either side, whichever it takes for the shorter way; under an OR row by row, or
    the inner table whole first where it reckons with many outer rows.
    """

    __slots__ = ("model", "ties", "where")

    def __init__(self, model: type[Model], ties: Mapping[str, str], where: Q | None = None) -> None:
        super().__init__(where or Q())
        self.model, self.ties, self.where = model, ties, self.children[0]

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exists) and self._parts == other._parts

    @property
    def _parts(self) -> tuple[object, ...]:
        return self.model, dict(self.ties), self.where, self._is_negated

    def __invert__(self) -> "Exists":
        turned = Exists(self.model, self.ties, self.where)
        turned._is_negated = not self._is_negated
        return turned

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        """The criterion for one statement. Raises OperationalError for a condition that needs a join."""
        inner = _Inner.within(resolve_context, self.model)
        conditions = [*self._equalities(resolve_context, inner), *_condition(self.where, inner)]
        criterion = _ExistsCriterion(inner.table, conditions)
        return QueryModifier(criterion.negate() if self._is_negated else criterion)

    def _equalities(self, outer: ResolveContext, inner: ResolveContext) -> Iterator[Criterion]:
        ours, theirs = (context.model._meta.fields_db_projection for context in (inner, outer))
        for field, outer_field in self.ties.items():
            yield inner.table[ours[field]] == outer.table[theirs[outer_field]]


class Source(NamedTuple):
    """Values of one column, of the rows that satisfy the condition."""

    model: type[Model]
    column: str
    where: Q


class Among(Q):
    """Whether the value of `field` is one of those of the sources.

    The values are read first, once, and then the outer rows that have them, by index: for when they are few,
    whatever PostgreSQL expects.
    """

    __slots__ = ("_field", "_sources")

    def __init__(self, field: str, *sources: Source) -> None:
        super().__init__()
        self._field, self._sources = field, sources

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Among) and self._parts == other._parts

    @property
    def _parts(self) -> tuple[object, ...]:
        return self._field, self._sources, self._is_negated

    def __invert__(self) -> "Among":
        turned = Among(self._field, *self._sources)
        turned._is_negated = not self._is_negated
        return turned

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        """The criterion for one statement. Raises OperationalError for a condition that needs a join."""
        value = resolve_context.table[resolve_context.model._meta.fields_db_projection[self._field]]
        selections = [_Selection.of(source, resolve_context) for source in self._sources]
        criterion = _AmongCriterion(value, selections)
        return QueryModifier(criterion.negate() if self._is_negated else criterion)


class EitherWay(Q):
    """One condition in two forms that mean the same, on the rows `within`: `near` is asked row by row, in the
    order of a list, and good where much satisfies it; `far` begins at what satisfies it, and is good where
    that is little. `within` is for columns of the row itself.

    As a condition it is `near`. A list that has not filled its page after `most_near` rows turns to `far`.
    """

    __slots__ = ("far", "near", "within")
    most_near = 1000
    """To ask so many rows one after the other takes some milliseconds."""

    def __init__(self, near: Q, far: Q, within: Q | None = None) -> None:
        self.near, self.far, self.within = near, far, within or Q()
        super().__init__(self.within, near)


@dataclass(frozen=True)
class _Inner(ResolveContext):
    """Where an inner condition stands; the depth keeps the aliases of a table within itself apart."""

    depth: int

    @classmethod
    def within(cls, outer: ResolveContext, model: type[Model]) -> "_Inner":
        depth = outer.depth + 1 if isinstance(outer, _Inner) else 1
        plain = model._meta.basetable
        table = plain.as_(f"{plain.get_table_name()}_{depth}")
        return cls(model=model, table=table, annotations={}, custom_filters={}, depth=depth)


def _condition(where: Q, inner: ResolveContext) -> list[Criterion]:
    """The criterion, or nothing. Raises OperationalError for one that needs a join."""
    found = where.resolve(inner)
    if found.joins or found.having_criterion:
        raise OperationalError("A condition on an inner table may have neither joins nor aggregates.")
    return [found.where_criterion] if found.where_criterion else []


class _ExistsCriterion(Criterion):
    def __init__(self, table: Table, conditions: list[Criterion]) -> None:
        super().__init__()
        self._table, self._conditions = table, conditions

    def get_sql(self, ctx: SqlContext) -> str:
        return f"EXISTS(SELECT 1 FROM {_selection(self._table, self._conditions, ctx)})"  # noqa: S608


@dataclass(frozen=True)
class _Selection:
    column: Term
    table: Table
    conditions: list[Criterion]

    @classmethod
    def of(cls, source: Source, outer: ResolveContext) -> "_Selection":
        inner = _Inner.within(outer, source.model)
        column = inner.table[source.model._meta.fields_db_projection[source.column]]
        return cls(column, inner.table, _condition(source.where, inner))

    def get_sql(self, ctx: SqlContext) -> str:
        selection = _selection(self.table, self.conditions, ctx)
        return f"SELECT {self.column.get_sql(_qualified(ctx))} FROM {selection}"  # noqa: S608


class _AmongCriterion(Criterion):
    def __init__(self, value: Term, selections: list[_Selection]) -> None:
        super().__init__()
        self._value, self._selections = value, selections

    def get_sql(self, ctx: SqlContext) -> str:
        values = " UNION ALL ".join(selection.get_sql(ctx) for selection in self._selections)
        return f"{self._value.get_sql(_qualified(ctx))}=ANY(ARRAY({values}))"


def _selection(table: Table, conditions: list[Criterion], ctx: SqlContext) -> str:
    """What follows FROM. Names are the models', values go to the parameterizer."""
    named = table.get_sql(ctx.copy(with_alias=True, subquery=False))
    if not conditions:
        return named
    return f"{named} WHERE " + " AND ".join(each.get_sql(_qualified(ctx)) for each in conditions)


def _qualified(ctx: SqlContext) -> SqlContext:
    """The outer columns are qualified too: without its table's name one would be the inner table's."""
    return ctx.copy(with_namespace=True, with_alias=False, subquery=True, subcriterion=True)
