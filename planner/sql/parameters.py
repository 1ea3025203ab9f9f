"""The parameters of a statement: what is known when it is written, and what each run brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pypika_tortoise.context import SqlContext
from pypika_tortoise.enums import Dialects
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Parameter, Parameterizer
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model

from planner.not_planned import NotPlanned


class Brought(NamedTuple):
    """What each run brings."""

    name: str


VIEWER = Brought("viewer")
PARENTS = Brought("parents")
"""The keys of the rows above, in an array."""
PARENT = Brought("parent")
"""The key of the row above, where it is the only one."""
COLUMN = "column "
"""What the name of a column's value begins with: a column may be called `viewer`, too."""


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    values: Sequence[Any]
    """Those of its parameters, in order; a run brings those that are Brought."""
    assumes: bool = False
    """Whether the last column of each row tells if what is usually so was."""
    _places: list[tuple[int, Brought]] = field(init=False)
    """Where these stand."""

    def __post_init__(self) -> None:
        places = [(place, value) for place, value in enumerate(self.values) if isinstance(value, Brought)]
        object.__setattr__(self, "_places", places)

    def arguments(self, brought: Mapping[Brought, Any]) -> Sequence[Any]:
        """A run's, of what it brings."""
        arguments = list(self.values)
        for place, value in self._places:
            arguments[place] = brought[value]
        return arguments


class _Parameterizer(Parameterizer):
    """The viewer is one parameter, wherever it stands."""

    def __init__(self, placeholder: Any) -> None:
        super().__init__()
        # Tortoise hands some values on in words, such as UUIDs.
        self._placeholders = (VIEWER, placeholder, str(placeholder))

    def create_param(self, value: Any) -> Parameter:
        is_viewer = value in self._placeholders
        if not is_viewer or VIEWER not in self.values:
            self.values.append(VIEWER if is_viewer else value)
        return Parameter(f"${self.values.index(VIEWER) + 1 if is_viewer else len(self.values)}")


class Parameters:
    """Numbers parameters as they are written (`$1`, `$2` …)."""

    def __init__(self, placeholder: Any) -> None:
        """`placeholder` stands for the viewer in predicates."""
        self._parameterizer = _Parameterizer(placeholder)
        self._context = SqlContext(
            quote_char='"',
            secondary_quote_char="'",
            alias_quote_char='"',
            dialect=Dialects.POSTGRESQL,
            with_namespace=True,
            parameterizer=self._parameterizer,
        )

    def add(self, value: Any) -> str:
        """A value's place in the statement; one of Brought is brought by each run."""
        return self._parameterizer.create_param(value).get_sql(self._context)

    def predicate(self, q: Q, model: type[Model], alias: str) -> str:
        """A predicate on the table under that alias, as SQL. Raises NotPlanned for one that needs joins."""
        table = Table(model._meta.db_table).as_(alias)
        resolved = q.resolve(ResolveContext(model=model, table=table, annotations={}, custom_filters={}))
        if resolved.joins:
            raise NotPlanned("a predicate that joins")
        return str(resolved.where_criterion.get_sql(self._context)) if resolved.where_criterion else "true"

    def statement(self, sql: str, *, assumes: bool = False) -> Statement:
        """The statement that these are the parameters of."""
        return Statement(sql, list(self._parameterizer.values), assumes)
