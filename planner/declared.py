"""What a Strawberry type and its fields stand on, said beside them.

A decorated resolver stays what graphql-core calls; the declaration lets a plan do without calling it.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from strawberry.types.field import StrawberryField
from tortoise.expressions import Q
from tortoise.models import Model

Resolver = TypeVar("Resolver", bound=Callable[..., Any])
Type = TypeVar("Type", bound=type)
Predicate = Callable[..., Q]
"""From the viewer (and, for a list, what was chosen) to the rows; without joins."""

BACKING, DECLARED = "__planned_backing__", "__planned__"


class Order(Protocol):
    """A column to sort by, ties broken by the primary key in the same direction."""

    @property
    def column(self) -> str: ...
    @property
    def is_descending(self) -> bool: ...


@runtime_checkable
class EitherWay(Protocol):
    """A predicate in two forms that mean the same, on the rows `within`, which their own columns tell: `near`
    is asked row by row, `far` begins at what satisfies it. A list without a parent reads `most_near` rows by
    `near`, and all by `far` where those do not fill its page."""

    near: Q
    far: Q
    within: Q
    most_near: int


@runtime_checkable
class Tied(Protocol):
    """A predicate that there is a row of `model` whose fields, the keys of `ties`, equal these fields of the
    row asked about, and which satisfies `where`. It is a `Q`, and negated as one."""

    @property
    def model(self) -> type[Model]: ...
    @property
    def ties(self) -> Mapping[str, str]: ...
    @property
    def where(self) -> Q: ...


class Pages(Protocol):
    """An application's rules for pages. What these raise is told by graphql-core, which asks them too."""

    def checked_first(self, first: int | None) -> int:
        """How many are to be returned."""

    def read_cursor(self, cursor: str, order: Any) -> tuple[Any, Any]:
        """The value of the order's column and the primary key to continue after."""

    def write_cursor(self, order: Any, value: Any, key: Any) -> str: ...


@dataclass(frozen=True)
class Computed:
    """A value made of named columns: by `of`, or by the resolver itself where that is None.

    A column of a joined row is named `relation.column`; the relation is one of the type's `joins`.
    """

    columns: tuple[str, ...]
    of: Callable[..., Any] | None = None


@dataclass(frozen=True)
class ToOne:
    """At most one row: behind a foreign key, or the one whose columns `on` equal the parent's."""

    relation: str | None = None
    model: type[Model] | None = None
    on: Mapping[str, str] = field(default_factory=dict)
    where: Predicate | None = None
    column: str | None = None
    """Where the field is a column of that row and not the row."""
    always: bool = False
    """Whether whoever sees the parent sees it, whatever its type's predicate says."""


@dataclass(frozen=True)
class ToMany:
    """A list of rows: a connection's page where `pages` are given, else all of them.

    `link` is the column that holds the parent's key, or `relation.column` for that of a row between; None
    for a list that has no parent. `chosen` makes what `where` takes beside the viewer, and the order, of the
    field's arguments but `first` and `after`. Of the alternatives of `where`, `usually` is the one by which
    the rows of one parent are seen: the others are looked at where one of them is not.
    """

    model: type[Model]
    where: Predicate
    order: Order
    link: str | None = None
    pages: Pages | None = None
    chosen: Callable[..., tuple[Hashable, Order]] | None = None
    usually: Predicate | None = None


@dataclass(frozen=True)
class One:
    """A root's row: the visible one whose columns equal what `by` makes of the arguments, or the viewer's."""

    by: Callable[..., Mapping[str, Any]] | None = None
    is_viewer: bool = False
    """Whether it is that whose primary key is what the placeholder stands for."""


@dataclass(frozen=True)
class AnyOne:
    """A root's row of one of an interface's types: `by` makes a type's name and a key of the arguments."""

    by: Callable[..., tuple[str, Any]]


Declared = Computed | ToOne | ToMany | One | AnyOne


@dataclass(frozen=True)
class Backing:
    """The table behind a type. Its objects hold their row as `row`."""

    model: type[Model]
    visible: Predicate | None
    usually: Predicate | None
    identity: Callable[[str], Callable[[Any], str]] | None
    """Of a type's name: what makes an `id` of the primary key."""
    computed: Mapping[str, Computed]
    joins: Mapping[str, ToOne]


def backed_by(
    model: type[Model],
    *,
    visible: Predicate | None = None,
    usually: Predicate | None = None,
    identity: Callable[[str], Callable[[Any], str]] | None = None,
    computed: Mapping[str, Computed] | None = None,
    joins: Mapping[str, ToOne] | None = None,
) -> Callable[[Type], Type]:
    """The type's objects are rows of a table: a plain attribute with a column's name is that column.

    `computed` are plain attributes that are none, by name, each `of(row)`; `joins` are rows beside it that
    computed values need. Of the alternatives of `visible`, `usually` is the one by which most rows are seen
    that are asked for one by one: the others are looked at where it is not so.
    """

    def declare(cls: Type) -> Type:
        setattr(cls, BACKING, Backing(model, visible, usually, identity, computed or {}, joins or {}))
        return cls

    return declare


def computed(*columns: str, of: Callable[[Any, Any], Any] | None = None) -> Callable[[Resolver], Resolver]:
    """The field is a function of these columns. A plan calls `of(row, info)`, or else the resolver with a
    `self` that has nothing but that `row`. The row has these columns alone, and `info` a `context`."""
    return _declaring(Computed(columns, of))


def to_one(
    relation: str | None = None,
    *,
    model: type[Model] | None = None,
    on: Mapping[str, str] | None = None,
    where: Predicate | None = None,
    column: str | None = None,
    always: bool = False,
) -> Callable[[Resolver], Resolver]:
    """The field is one row, or a column of it; see ToOne."""
    return _declaring(ToOne(relation, model, on or {}, where, column, always))


def to_many(
    model: type[Model],
    *,
    where: Predicate,
    order: Order,
    link: str | None = None,
    pages: Pages | None = None,
    chosen: Callable[..., tuple[Hashable, Order]] | None = None,
    usually: Predicate | None = None,
) -> Callable[[Resolver], Resolver]:
    """The field is a list of rows; see ToMany."""
    return _declaring(ToMany(model, where, order, link, pages, chosen, usually))


def one(
    by: Callable[..., Mapping[str, Any]] | None = None, *, is_viewer: bool = False
) -> Callable[[Resolver], Resolver]:
    """The root field is one visible row; see One."""
    return _declaring(One(by, is_viewer))


def any_one(by: Callable[..., tuple[str, Any]]) -> Callable[[Resolver], Resolver]:
    """The root field is one visible row of any type; see AnyOne."""
    return _declaring(AnyOne(by))


def _declaring(declared: Declared) -> Callable[[Resolver], Resolver]:
    def declare(resolver: Resolver) -> Resolver:
        setattr(resolver, DECLARED, declared)
        return resolver

    return declare


def backing_of(cls: type | None) -> Backing | None:
    """That of a Strawberry type, not of one it inherits from."""
    found = vars(cls).get(BACKING) if cls else None
    return found if isinstance(found, Backing) else None


def declared_of(definition: StrawberryField) -> Declared | None:
    """What a field's resolver was declared to be."""
    resolver = definition.base_resolver
    return getattr(resolver.wrapped_func, DECLARED, None) if resolver else None
