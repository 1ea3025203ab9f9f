"""Mutations that do what they are told, and documents that tell them."""

from enum import Enum
from typing import Any

import strawberry
from hypothesis import strategies as st

DONE: list[str] = []
"""What resolvers did, in order."""


@strawberry.enum
class Act(Enum):
    WELL = 1
    NOTHING = 2
    RAISE = 3
    RETURN_AN_ERROR = 4
    LACK_A_NAME = 5
    BE_OF_ANOTHER_KIND = 6
    BE_OF_ANOTHER_CLASS = 7
    HAVE_NO_LIST = 8


@strawberry.type
class Thing:
    name: str
    note: str | None
    number: int

    @strawberry.field
    async def loud(self) -> str:
        DONE.append(f"loud {self.name}")
        return self.name.upper()


@strawberry.type
class Problem:
    message: str


@strawberry.type
class Payload:
    thing: Thing | None
    things: list[Thing]
    surely: Thing


@strawberry.input
class Telling:
    act: Act
    text: str = "a thing"
    more: list["Telling"] = strawberry.field(default_factory=list)


def thing_of(told: Telling) -> Any:
    name: Any = None if told.act is Act.LACK_A_NAME else told.text
    return Thing(name=name, note=None, number="nine" if told.act is Act.BE_OF_ANOTHER_KIND else 9)


def done(told: Telling) -> Any:
    DONE.append(f"{told.act.name} {told.text}")
    if told.act is Act.RAISE:
        raise ValueError(told.text)
    if told.act is Act.RETURN_AN_ERROR:
        return ValueError(told.text)
    if told.act is Act.NOTHING:
        return None
    if told.act is Act.BE_OF_ANOTHER_CLASS:
        return Problem(message=told.text)
    things: Any = None if told.act is Act.HAVE_NO_LIST else [thing_of(each) for each in told.more]
    return Payload(thing=thing_of(told), things=things, surely=thing_of(told))


@strawberry.type
class Query:
    nothing: None = None


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def perhaps(self, told: Telling) -> Payload | None:
        return done(told)

    @strawberry.mutation
    async def surely(self, info: strawberry.Info, told: Telling) -> Payload:
        DONE.append(f"{info.field_name} at {info.path} for {info.context} with {info.variable_values}")
        return done(told)

    @strawberry.mutation
    def at_once(self, told: Telling, n: int = 3) -> Payload | None:
        DONE.append(f"{n} times")
        return done(told)

    @strawberry.mutation
    async def number(self, told: Telling) -> int | None:
        found = done(told)
        return found.thing.number if isinstance(found, Payload) else found

    @strawberry.mutation
    async def either(self, told: Telling) -> Thing | Problem:
        found = done(told)
        return found.thing if isinstance(found, Payload) else found

    @strawberry.mutation
    async def bare(self) -> Payload:
        return done(Telling(act=Act.WELL))


PLAIN, HASTENED = strawberry.Schema(Query, Mutation), strawberry.Schema(Query, Mutation)
ACTS = st.sampled_from([*[Act.WELL.name] * 4, *[act.name for act in Act]])
OF_A_THING = ("name", "note", "number", "loud", "__typename", "other: name", "...Named")
OF_A_PAYLOAD = ("thing {%s}", "things {%s}", "surely {%s}", "a: surely {%s}", "... on Payload {thing {%s}}")
CONDITIONS = ("", "", "", "@skip(if: $yes)", "@include(if: $yes)", "@skip(if: false)")
NAMED = "fragment Named on Thing { name number }"


@st.composite
def told_of(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A document and what is sent for its variables: an input object, some of its parts, and a condition."""
    fields = draw(st.lists(_fields(), min_size=1, max_size=3))
    text = f"mutation ($told: Telling!, $act: Act!, $n: Int, $yes: Boolean!) {{ {' '.join(fields)} }} {NAMED}"
    sent = {"told": draw(_sent()), "act": draw(ACTS), "n": draw(st.sampled_from([None, None, 4, 4.5]))}
    return text, {**sent, "yes": draw(st.booleans())} if draw(st.integers(0, 9)) else sent


@st.composite
def _fields(draw: st.DrawFn) -> str:
    alias = draw(st.sampled_from(["", "", "a: ", "b: "]))
    condition = draw(st.sampled_from(CONDITIONS))
    return draw(
        st.sampled_from([f"{alias}{draw(_field())}", f"... {condition} {{ {alias}{draw(_field())} }}"])
    )


@st.composite
def _field(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["perhaps", "surely", "atOnce", "number", "either", "bare", "__typename"]))
    condition = draw(st.sampled_from(CONDITIONS))
    if name == "__typename":
        return f"{name} {condition}"
    given = "" if name == "bare" else f"told: {draw(_literal())}"
    given += draw(st.sampled_from([", n: $n", ", n: $n", ", n: 5", ""])) if name == "atOnce" else ""
    selected = draw(_selected())
    if name == "number":
        selected = ""
    elif name == "either":
        selected = "{ __typename ... on Thing { name number } ... on Problem { message } }"
    return f"{name}{f'({given})' if given else ''} {condition} {selected}"


def _literal() -> st.SearchStrategy[str]:
    return st.one_of(
        st.just("$told"),
        st.just('{act: $act, text: "by its act"}'),
        ACTS.map(lambda act: f"{{act: {act}, more: [{{act: WELL}}, {{act: {act}}}]}}"),
    )


def _sent() -> st.SearchStrategy[Any]:
    good = ACTS.map(lambda act: {"act": act, "text": "sent", "more": [{"act": act}]})
    bad = st.sampled_from([{"act": "WHATEVER"}, {"text": "no act"}, None, {"act": "WELL", "odd": 1}])
    return st.one_of(good, good, good, bad)


@st.composite
def _selected(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from(OF_A_PAYLOAD), min_size=1, max_size=3))
    chosen = [part % " ".join(draw(st.lists(st.sampled_from(OF_A_THING), min_size=1))) for part in parts]
    return f"{{ __typename {' '.join(chosen)} }}"
