"""Fields with arguments of every kind, documents that ask for them, and what their resolvers are handed."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Optional

import strawberry
from graphql import GraphQLNonNull
from hypothesis import strategies as st
from strawberry.relay import GlobalID
from strawberry.scalars import JSON

from tests.planner.input_documents import literal, sent


@strawberry.enum
class Level(Enum):
    LOW = "low"
    HIGH = 2


@strawberry.input
class Inner:
    id: strawberry.ID
    level: Level | None = Level.LOW
    numbers: list[int | None] = strawberry.field(default_factory=lambda: [1])
    any: JSON | None = None


@strawberry.input
class Outer:
    inner: Inner
    at: datetime | None
    inners: list[Inner] | None = strawberry.UNSET
    deeper: Optional["Outer"] = None
    renamed: float = strawberry.field(default=1.5, name="other")
    grid: list[list[Level]] | None = None


@strawberry.input(one_of=True)
class Either:
    a: strawberry.Maybe[int]
    b: strawberry.Maybe[Inner]


@strawberry.input
class Change:
    title: strawberry.Maybe[str | None]
    level: strawberry.Maybe[Level]


LazyInner = Annotated["Inner", strawberry.lazy(__name__)]


@strawberry.type
class Query:
    @strawberry.field
    def plain(
        self,
        info: strawberry.Info,
        id: strawberry.ID,
        first: int = 20,
        after: str | None = None,
        ratio: float | None = strawberry.UNSET,
        yes: bool = True,
        order_by: Level = Level.HIGH,
        at: datetime | None = None,
    ) -> str:
        return "done"

    @strawberry.field
    def lists(
        self,
        levels: list[Level] | None = None,
        grid: list[list[int]] | None = strawberry.UNSET,
        texts: Annotated[list[str] | None, strawberry.argument(name="words")] = strawberry.UNSET,
        any: JSON | None = None,
        inners: list[Inner | None] | None = None,
    ) -> str:
        return "done"

    @strawberry.field
    def objects(
        self,
        outer: Outer | None = None,
        inner: LazyInner | None = strawberry.UNSET,
        either: Either | None = strawberry.UNSET,
        change: Change | None = None,
        given: Inner = Inner(id=strawberry.ID("7"), numbers=[7]),  # noqa: B008 - one default, a new object each time
    ) -> str:
        return "done"

    @strawberry.field
    def node(self, id: GlobalID | None, ids: list[GlobalID] | None = None) -> str:
        return "done"


STRAWBERRY = strawberry.Schema(Query)
SCHEMA = STRAWBERRY._schema
FIELDS = SCHEMA.query_type.fields
HANDED = []
for found in FIELDS.values():
    found.extensions["strawberry-definition"].get_result = lambda source, info, args, kwargs: (
        HANDED.append({name: value for name, value in kwargs.items() if name != "info"}) or "done"
    )
IDS = st.sampled_from([str(GlobalID("Upload", "1")), "Tm8=", "1"])


@st.composite
def asked(draw):
    """A document of one field, with variables here and there, and their values."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    defined, raw, texts = [], {}, []

    def variable(type_):
        number = f"v{len(defined)}"
        of = type_.of_type if isinstance(type_, GraphQLNonNull) and draw(st.booleans()) else type_
        text = f"${number}: {of}"
        if draw(st.integers(1, 3)) == 1 or (of is not type_ and draw(st.booleans())):
            text += f" = {literal(of, draw(values(of, name)))}"
        if draw(st.integers(1, 4)) > 1:
            raw[number] = draw(values(of, name))
        defined.append(text)
        return f"${number}"

    def written(type_):
        """A literal, some of whose parts are variables."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if draw(st.integers(1, 3)) == 1 and hasattr(inner, "fields") and not inner.is_one_of:
            parts = [
                f"{part}: {variable(field.type) if draw(st.booleans()) else written(field.type)}"
                for part, field in inner.fields.items()
                if part != "deeper" and (isinstance(field.type, GraphQLNonNull) or draw(st.booleans()))
            ]
            return f"{{{', '.join(parts)}}}"
        return literal(type_, draw(values(type_, name)))

    for argument, found in FIELDS[name].args.items():
        way = draw(st.sampled_from(["literal", "variable", "variable", "absent"]))
        if way != "absent":
            texts.append(f"{argument}: {variable(found.type) if way == 'variable' else written(found.type)}")
    head = f"({', '.join(defined)})" if defined else ""
    return f"query Q{head} {{ {name}{f'({chr(44).join(texts)})' if texts else ''} }}", raw


def values(type_, field):
    if field == "node" and str(type_).startswith("ID"):
        return IDS if isinstance(type_, GraphQLNonNull) else st.none() | IDS
    return sent(type_, depth=2)
