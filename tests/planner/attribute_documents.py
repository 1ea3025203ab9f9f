"""Values with attributes, of every kind of type, right and wrong, and documents that read them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, Generic, NewType, TypeVar

import strawberry
from graphql import parse, specified_rules, validate
from hypothesis import assume
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig


@strawberry.enum
class Mood(StrEnum):
    CALM = "calm"
    WILD = "WILD"


@strawberry.enum
class Size(Enum):
    SMALL = 1
    LARGE = 2


@strawberry.interface
class Named:
    name: str


Fading = NewType("Fading", str)
SCALARS = {Fading: strawberry.scalar(name="Fading", serialize=lambda value: None)}


@strawberry.type
class Chip:
    number: strawberry.ID
    label: Fading | None = None
    sizes: list[list[Size | None]] = strawberry.field(default_factory=list)


@strawberry.type
class Dog:
    bark: str | None
    chip: Chip | None
    born: datetime

    @strawberry.field
    def years(self) -> int:
        return 3


@strawberry.type
class Cat(Named):
    lives: int
    weight: float | None
    indoors: bool
    mood: Mood
    kittens: list["Cat"]
    chip: Chip | None
    friend: Annotated["Cat | Dog", strawberry.union("Pet")] | None
    rival: Named | None

    @strawberry.field
    def purr(self) -> str:
        return "purr"


Inside = TypeVar("Inside")


@strawberry.type
class Box(Generic[Inside]):
    inside: Inside


@strawberry.type
class Query:
    cat: Cat
    perhaps: Cat | None
    cats: list[Cat | None] | None
    pets: list[Annotated["Cat | Dog", strawberry.union("Pet")]]
    named: list[Named] | None
    box: Annotated[Box[int] | Box[str], strawberry.union("Boxed")]


SCHEMA = strawberry.Schema(Query, types=[Cat, Dog], config=StrawberryConfig(scalar_map=SCALARS))
FIELDS = {
    "Cat": "name lives weight indoors mood kittens chip friend rival",
    "Dog": "bark chip born",
    "Chip": "number sizes",
    "Named": "name",
    "Pet": "",
}
BELOW = {
    "kittens": "Cat",
    "chip": "Chip",
    "friend": "Pet",
    "rival": "Named",
    "cat": "Cat",
    "perhaps": "Cat",
    "cats": "Cat",
    "pets": "Pet",
    "named": "Named",
}
ON = {"Pet": ["Cat", "Dog", "Named"], "Named": ["Cat", "Named"]}
ROOTS = ["cat", "perhaps", "cats", "pets", "named"]


@dataclass
class Awaited:
    name: str = "awaited"

    def __await__(self):
        yield


class Refusal(Exception):
    name = "a refusal"


@dataclass
class Stranger:
    """Has what a cat has without being one."""

    name: str = "stranger"
    lives: int = 1
    kittens: tuple = ()
    bark: Any = None


WRONG = [None, True, 7, 7.5, 2**40, "7", "calm", b"7", [], {}, (1,), float("nan"), float("inf"), "WILD"]
WRONG += [Mood.WILD, Size.SMALL, Refusal(), Stranger(), Named(name="only named"), iter(())]
WRONG += [strawberry.UNSET, datetime(2026, 1, 1, tzinfo=UTC)]


def cats(depth, wrong):
    def mostly(right):
        return st.one_of(right, right, right, right, st.sampled_from(wrong)) if wrong else right

    chips = st.builds(
        Chip,
        number=mostly(st.text(max_size=3)),
        sizes=mostly(st.lists(st.lists(st.none() | st.sampled_from(Size), max_size=2), max_size=2)),
    )
    some_chip = mostly(st.none() | chips)
    dogs = st.builds(Dog, bark=mostly(st.none() | st.text(max_size=3)), chip=some_chip, born=BORN)
    nested = cats(depth - 1, wrong) if depth else st.nothing()
    return st.builds(
        Cat,
        name=mostly(st.text(max_size=3)),
        lives=mostly(st.integers(-(2**31), 2**31 - 1)),
        weight=mostly(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        indoors=mostly(st.booleans()),
        mood=mostly(st.sampled_from(Mood)),
        kittens=mostly(st.lists(nested, max_size=2).map(tuple) if depth else st.just([])),
        chip=some_chip,
        friend=mostly(st.none() | dogs | nested),
        rival=mostly(st.none() | nested),
    )


BORN = st.datetimes(timezones=st.just(UTC))


def values(root, wrong):
    one = cats(2, wrong)
    dogs = st.builds(Dog, bark=st.none() | st.text(max_size=3), chip=st.none(), born=BORN)
    odd = st.sampled_from(wrong) if wrong else st.nothing()
    return {
        "cat": one | odd,
        "perhaps": st.none() | one | odd,
        "cats": st.none() | st.lists(st.none() | one | odd, max_size=3) | odd,
        "pets": st.lists(one | dogs | odd, max_size=3) | odd,
        "named": st.none() | st.lists(one | odd, max_size=3) | odd,
    }[root]


@dataclass
class Words:
    draw: Any
    fragments: list[str] = field(default_factory=list)

    def selection(self, type_name, depth=3):
        count = self.draw(st.integers(1, 4))
        return "{ " + " ".join(self.one_of(type_name, depth) for _ in range(count)) + " }"

    def one_of(self, type_name, depth):
        directive = self.draw(st.sampled_from(["", "", "", "@skip(if: $no) ", "@include(if: $no) "]))
        names = ["__typename", *FIELDS[type_name].split()]
        if depth == 0:
            names = [name for name in names if name not in BELOW]
        elif self.draw(st.integers(1, 3)) == 1:
            on = self.draw(st.sampled_from([type_name, *ON.get(type_name, [])]))
            body = f"{directive}{self.selection(on, depth - 1)}"
            if self.draw(st.booleans()):
                return f"... on {on} {body}"
            self.fragments.append(f"fragment F{len(self.fragments)} on {on} {body.removeprefix(directive)}")
            return f"...F{len(self.fragments) - 1} {directive}"
        name = self.draw(st.sampled_from(names))
        alias = self.draw(st.sampled_from(["", "", "other: "]))
        below = self.selection(BELOW[name], depth - 1) if name in BELOW else ""
        return f"{alias}{name} {directive}{below}"


@st.composite
def documents(draw):
    words = Words(draw)
    root = draw(st.sampled_from(ROOTS))
    head = f"query ($no: Boolean = false) {{ {root} {words.selection(BELOW[root])} }}"
    text = "\n".join([head, *words.fragments])
    errors = validate(SCHEMA._schema, parse(text), specified_rules)
    # Fields of one key that cannot be merged, and fragments that can never apply.
    assume(not errors)
    return root, text


A_DOG = Dog(bark=None, chip=None, born=datetime(2026, 1, 1, tzinfo=UTC))
A_CAT = Cat(
    name="Tom",
    lives=9,
    weight=4.5,
    indoors=True,
    mood=Mood.CALM,
    kittens=[],
    chip=Chip(number="1", sizes=[[Size.SMALL, None]]),
    friend=A_DOG,
    rival=None,
)
