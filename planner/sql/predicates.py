"""What is told of predicates as such, whatever they are about."""

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

from planner.sql.parameters import Parameters, Statement

ANY_ROW = "a_row"


class _Always(Q):
    """What lets every row through, also as one of several alternatives: there an empty `Q` counts for
    nothing."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True

    def __invert__(self) -> Q:
        return ~Q(self)

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return QueryModifier(_True())


ALWAYS = _Always()


class _True(Criterion):
    def get_sql(self, ctx: SqlContext) -> str:
        return "true"


def words_of(where: Q, model: type[Model]) -> Statement:
    """By which predicates are compared: a `Q` takes another for equal that is its opposite."""
    parameters = Parameters(object())
    return parameters.statement(parameters.predicate(where, model, ANY_ROW))


def as_usual(where: Q, usual: Q | None, model: type[Model]) -> tuple[Q, Q | None]:
    """The predicate without the alternatives that `usual` is one of, and `usual` if there are such."""
    if usual is None or type(where) is not Q or where._is_negated or not where.children:
        return where, None
    if where.join_type == Q.OR:
        words = words_of(usual, model)
        is_one = any(words_of(each, model) == words for each in where.children)
        return (ALWAYS, usual) if is_one else (where, None)
    turned = [as_usual(each, usual, model) for each in where.children]
    is_assumed = any(assumed is not None for _, assumed in turned)
    return (Q(*[each for each, _ in turned]), usual) if is_assumed else (where, None)
