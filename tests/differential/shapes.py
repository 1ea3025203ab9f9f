"""What response keys of a selection set stand for, so that fields can be merged (GraphQL, section 5.3.2).

Stricter than the specification in one place: fields of two object types under one key are told apart, but
below them all is held to be of one type.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import GraphQLNamedType, GraphQLOutputType, is_object_type


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field as it was asked for; `variables` are those in its arguments."""

    parent: GraphQLNamedType
    name: str
    arguments: str
    type: GraphQLOutputType
    variables: frozenset[str] = field(default=frozenset(), compare=False)
    rows: int = field(default=1, compare=False)
    """How many there are of it below, at most."""

    def agrees_with(self, other: "Meaning") -> bool:
        if str(self.type) != str(other.type):
            return False
        if (self.name, self.arguments) == (other.name, other.arguments):
            return True
        both = (self.parent, other.parent)
        return self.parent is not other.parent and all(is_object_type(parent) for parent in both)


@dataclass(slots=True)
class Shape:
    """The keys of one selection set, fragments included, and the shapes below them."""

    meanings: dict[str, list[Meaning]] = field(default_factory=dict)
    below: dict[str, "Shape"] = field(default_factory=dict)

    def takes(self, key: str, meaning: Meaning) -> bool:
        """Whether the field may be asked for under that key too."""
        return all(meaning.agrees_with(known) for known in self.meanings.get(key, ()))

    def add(self, key: str, meaning: Meaning) -> "Shape":
        """The shape below the key."""
        known = self.meanings.setdefault(key, [])
        if meaning not in known:
            known.append(meaning)
        return self.below.setdefault(key, Shape())

    def takes_all(self, other: "Shape") -> bool:
        """Whether a fragment of that shape may be spread here too."""
        return all(
            all(self.takes(key, meaning) for meaning in meanings)
            and (key not in self.below or self.below[key].takes_all(other.below[key]))
            for key, meanings in other.meanings.items()
        )

    def add_all(self, other: "Shape") -> None:
        for key, meanings in other.meanings.items():
            for meaning in meanings:
                self.add(key, meaning).add_all(other.below[key])


def all_take(shapes: Iterable[Shape], key: str, meaning: Meaning) -> bool:
    return all(shape.takes(key, meaning) for shape in shapes)
