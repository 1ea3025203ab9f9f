"""Writes random valid documents of queries for the real schema.

Validity is by construction: a field gets another alias where its key is taken by something else, a fragment
is spread again only where all it asks for can be merged. How many rows an answer may have is bounded on the
way down, since the oracle takes a statement for each list of each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from graphql import (
    GraphQLCompositeType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.type import TypeNameMetaFieldDef

from tests.differential.arguments import Arguments
from tests.differential.choices import Choices
from tests.differential.shapes import Meaning, Shape, all_take
from tests.differential.variables import Variables
from tests.differential.weights import fields_of, least_of

MOST_FIELDS = 30
MOST_ALIASES = 40
DEEPEST = 12


@dataclass(slots=True)
class Fragment:
    """A complete one. It fits where there are no more rows than where it was written, and it is no deeper."""

    name: str
    on: GraphQLCompositeType
    text: str
    shape: Shape
    variables: frozenset[str]
    rows: int
    depth: int


@dataclass
class Writer:
    """Of one document. `is_exotic` allows what no plan is expected to cover."""

    choices: Choices
    schema: GraphQLSchema
    arguments: Arguments
    variables: Variables
    is_exotic: bool
    fragments: dict[str, Fragment] = field(default_factory=dict)
    _fields_left: int = 0
    _aliases_left: int = MOST_ALIASES
    _names: int = 0
    _uses: list[set[str]] = field(default_factory=list)
    """The variables used in each definition that is being written."""

    def operation(self, kind: Literal["query", "mutation"], name: str | None) -> tuple[str, frozenset[str]]:
        """With the variables it uses."""
        root = self.schema.query_type if kind == "query" else self.schema.mutation_type
        assert root is not None
        used: set[str] = set()
        self._uses.append(used)
        self._fields_left = MOST_FIELDS
        selection = self._selection(root, [Shape()], 0, 1)
        self._uses.pop()
        declared = ", ".join(self.variables.by_name[variable].declared for variable in sorted(used))
        head = " ".join(filter(None, [kind, name])) + (f"({declared})" if declared else "")
        if head == "query" and self.choices.chance(3):
            return selection, frozenset(used)
        return f"{head} {selection}", frozenset(used)

    def _selection(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> str:
        """The first of it mostly leads on, so that some lists are far down."""
        count = self.choices.between(least_of(on), 4) if self._fields_left > 0 else 1
        selected = [
            self._selected(on, shapes, depth, rows, leads_on=self._leads_on(on, number))
            for number in range(count)
        ]
        return "{ " + " ".join(selected) + " }"

    def _leads_on(self, on: GraphQLCompositeType, number: int) -> bool:
        leaves, others = fields_of(on, self.is_exotic)
        if not others or self._fields_left <= 0:
            return False
        return self.choices.number(5 if number == 0 or len(leaves) < 4 else 2) > 0

    def _selected(
        self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int, *, leads_on: bool
    ) -> str:
        if depth < DEEPEST:
            # Where there is nothing but leaves, fragments of fragments are soon the same.
            kind = self.choices.number(10 if leads_on else 16)
            if kind == 2:
                return self._spread(on, shapes, depth, rows)
            if kind == 1 or (kind > 2 and is_abstract_type(on)):
                return self._inline(on, shapes, depth, rows)
        return self._field(on, shapes, depth, rows, leads_on=leads_on and depth < DEEPEST)

    def _inline(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> str:
        within = self._condition(on)
        condition = "" if within is on and self.choices.chance(2) else f" on {within.name}"
        return f"...{condition}{self._directives()} {self._selection(within, shapes, depth + 1, rows)}"

    def _spread(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> str:
        within = self._condition(on)
        known = [
            fragment
            for fragment in self.fragments.values()
            if fragment.on is within
            and fragment.rows >= rows
            and fragment.depth >= depth
            and all(shape.takes_all(fragment.shape) for shape in shapes)
        ]
        if known and not self.choices.chance(3):
            fragment = self.choices.one_of(known)
            for shape in shapes:
                shape.add_all(fragment.shape)
        else:
            fragment = self._fragment(within, shapes, depth, rows)
        self._note(fragment.variables)
        return f"...{fragment.name}{self._directives()}"

    def _fragment(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> Fragment:
        name, shape, used = f"F{self._names}", Shape(), set[str]()
        self._names += 1
        self._uses.append(used)
        body = self._selection(on, [shape, *shapes], depth + 1, rows)
        self._uses.pop()
        text = f"fragment {name} on {on.name} {body}"
        fragment = Fragment(name, on, text, shape, frozenset(used), rows, depth)
        self.fragments[name] = fragment
        return fragment

    def _condition(self, on: GraphQLCompositeType) -> GraphQLCompositeType:
        """A type whose objects may stand where `on` does."""
        if is_abstract_type(on):
            possible = self.schema.get_possible_types(on)
            likely = self.arguments.likely
            if likely and on.name == "Node" and not self.choices.chance(3):
                return next(type_ for type_ in possible if type_.name == likely)
            return self.choices.one_of([*possible, on])
        assert isinstance(on, GraphQLObjectType)
        return self.choices.one_of([on, *on.interfaces])

    def _field(
        self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int, *, leads_on: bool
    ) -> str:
        self._fields_left -= 1
        merged = self._merged(on, shapes, depth, rows)
        if merged:
            return merged
        name = self._name(on, leads_on=leads_on)
        definition = TypeNameMetaFieldDef if name == "__typename" else self.schema.get_field(on, name)
        assert definition is not None
        arguments, rows_below = self.arguments.of(name, definition, rows)
        meaning = Meaning(on, name, arguments, definition.type, frozenset(self.arguments.used), rows_below)
        key = self._key(name, meaning, shapes)
        if key is None:
            return "__typename"
        return self._told(key, meaning, shapes, depth)

    def _name(self, on: GraphQLCompositeType, *, leads_on: bool) -> str:
        leaves, others = fields_of(on, self.is_exotic)
        return self.choices.one_of(others if leads_on else leaves)

    def _merged(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> str | None:
        """Once more what was asked for in this selection set, or in a fragment of it."""
        known = [
            (key, meaning)
            for key, meanings in shapes[-1].meanings.items()
            for meaning in meanings
            if meaning.parent is on and all_take(shapes, key, meaning)
        ]
        if not known or not self.choices.chance(6):
            return None
        key, meaning = self.choices.one_of(known)
        return self._told(key, meaning, shapes, depth)

    def _told(self, key: str, meaning: Meaning, shapes: Sequence[Shape], depth: int) -> str:
        self._note(meaning.variables)
        below = [shape.add(key, meaning) for shape in shapes]
        alias = "" if key == meaning.name else f"{key}: "
        text = f"{alias}{meaning.name}{meaning.arguments}{self._directives()}"
        named = get_named_type(meaning.type)
        if is_leaf_type(named):
            return text
        if meaning.name == "__schema":
            return f"{text} {{ queryType {{ name }} }}"
        return f"{text} {self._selection(named, below, depth + 1, meaning.rows)}"  # type: ignore[arg-type]

    def _key(self, name: str, meaning: Meaning, shapes: Sequence[Shape]) -> str | None:
        """Its own name or, at times, an alias; None where all are taken."""
        is_aliased = self.choices.chance(6)
        aliases = ["a", "id", f"{name}Too", "b"] if self._aliases_left > 0 else []
        if is_aliased and aliases:
            aliases = [self.choices.one_of(aliases), name, *aliases]
        for key in (aliases if is_aliased else [name, *aliases]) or [name]:
            if all_take(shapes, key, meaning):
                self._aliases_left -= key != name
                return key
        return None

    def _directives(self) -> str:
        if not self.choices.chance(12):
            return ""
        names = self.choices.one_of((["include"], ["include"], ["skip"], ["skip", "include"]))
        return "".join(f" @{name}(if: {self._truth(name == 'include')})" for name in names)

    def _truth(self, that_shows: bool) -> str:
        if self.choices.chance(3):
            return str(that_shows is not self.choices.chance(4)).lower()
        boolean = self.schema.type_map["Boolean"]
        word = self.variables.used(GraphQLNonNull(boolean), "if")  # type: ignore[arg-type]
        self._note({word[1:]})
        return str(word)

    def _note(self, used: set[str] | frozenset[str]) -> None:
        for definition in self._uses:
            definition.update(used)
