"""A condition on the rows that belong to a row, which Tortoise has only as a join or a whole list of ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Criterion
from tortoise.exceptions import OperationalError
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier


class Exists(Q):
    """Whether a row of `model` is tied to the row asked about and satisfies `where`.

    `ties` are its fields by name, each with the field of the outer row that it equals:
    `Exists(models.Publication, {"production_id": "id"}, Q(status=LIVE))` over productions. One may stand
    within another, and anywhere that a `Q` may. `where` may not need joins: nest another for that.

    Read by index for each outer row, where `id__in=Subquery(…)` under an OR is read whole first.
    """

    __slots__ = ("_model", "_ties")

    def __init__(self, model: type[Model], ties: Mapping[str, str], where: Q | None = None) -> None:
        super().__init__(where or Q())
        self._model = model
        self._ties = tuple(ties.items())

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exists) and self._parts == other._parts

    @property
    def _parts(self) -> tuple[object, ...]:
        return self._model, self._ties, self.children, self._is_negated

    def __invert__(self) -> "Exists":
        turned = Exists(self._model, dict(self._ties), self.children[0])
        turned._is_negated = not self._is_negated
        return turned

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        """The criterion for one statement. Raises OperationalError for a condition that needs a join."""
        inner = _Inner.within(resolve_context, self._model)
        where = self.children[0].resolve(inner)
        if where.joins or where.having_criterion:
            raise OperationalError("The condition of an Exists may have neither joins nor aggregates.")
        criterion = _ExistsCriterion(inner.table, [*self._equalities(resolve_context, inner)])
        if where.where_criterion:
            criterion.conditions.append(where.where_criterion)
        return QueryModifier(criterion.negate() if self._is_negated else criterion)

    def _equalities(self, outer: ResolveContext, inner: ResolveContext) -> Iterator[Criterion]:
        ours, theirs = (context.model._meta.fields_db_projection for context in (inner, outer))
        for field, outer_field in self._ties:
            yield inner.table[ours[field]] == outer.table[theirs[outer_field]]


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


class _ExistsCriterion(Criterion):
    def __init__(self, table: Table, conditions: list[Criterion]) -> None:
        super().__init__()
        self.table = table
        self.conditions = conditions

    def get_sql(self, ctx: SqlContext) -> str:
        # The outer column is qualified too: without its table's name it would be the inner one's.
        within = ctx.copy(with_namespace=True, with_alias=False, subquery=True, subcriterion=True)
        conditions = " AND ".join(condition.get_sql(within) for condition in self.conditions)
        table = self.table.get_sql(ctx.copy(with_alias=True, subquery=False))
        # Names are the models', values go to the parameterizer.
        return f"EXISTS(SELECT 1 FROM {table} WHERE {conditions})"  # noqa: S608
