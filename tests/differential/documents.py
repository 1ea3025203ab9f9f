"""Writes random valid documents of queries for the real schema.

Validity is by construction: a field gets another alias where its key is taken by something else, a fragment
is spread again only where all it asks for can be merged. How many rows an answer may have is bounded on the
way down, since the oracle takes a statement for each list of each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from graphql import (
    GraphQLCompositeType,
    GraphQLField,
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

MOST_FIELDS = 30
MOST_ALIASES = 40
DEEPEST = 11
# What is asked for more often than another field of its type, and what is asked for seldom: it costs much, or
# no plan covers it.
WEIGHTS = {
    "Query": {"viewer": 6, "node": 4, "uploads": 2, "productions": 2, "spaces": 2, "space": 2},
    "Viewer": {"uploads": 4, "productions": 3, "spaces": 3},
    "Upload": {"productions": 4, "publications": 3, "owner": 2},
    "Production": {"publications": 5, "upload": 2, "owner": 2},
    "Publication": {"space": 2, "production": 2},
    "Space": {"publications": 4, "members": 2},
}
CONNECTION_WEIGHTS = {"nodes": 5, "edges": 4, "pageInfo": 3, "totalCount": 2}
SELDOM = {"productionPreview", "transfer", "publishOptions", "estimate", "history", "__schema"}


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
        count = self.choices.between(1, 4) if self._fields_left > 0 else 1
        return "{ " + " ".join(self._selected(on, shapes, depth, rows) for _ in range(count)) + " }"

    def _selected(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> str:
        kind = self.choices.number(8 if depth < DEEPEST else 6)
        if kind == 6 or (kind == 7 and depth >= DEEPEST):
            return self._inline(on, shapes, depth, rows)
        if kind == 7:
            return self._spread(on, shapes, depth, rows)
        if is_abstract_type(on) and kind > 1 and depth < DEEPEST:
            return self._inline(on, shapes, depth, rows)
        return self._field(on, shapes, depth, rows)

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

    def _field(self, on: GraphQLCompositeType, shapes: Sequence[Shape], depth: int, rows: int) -> str:
        self._fields_left -= 1
        merged = self._merged(on, shapes, depth, rows)
        if merged:
            return merged
        is_shallow = depth < DEEPEST and self._fields_left > 0
        name = self.choices.one_of(_names_of(on, is_shallow, self.is_exotic))
        definition = TypeNameMetaFieldDef if name == "__typename" else self.schema.get_field(on, name)
        assert definition is not None
        arguments, rows_below = self.arguments.of(name, definition, rows)
        meaning = Meaning(on, name, arguments, definition.type, frozenset(self.arguments.used), rows_below)
        key = self._key(name, meaning, shapes)
        if key is None:
            return "__typename"
        return self._told(key, meaning, shapes, depth)

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
        if not self.choices.chance(9):
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


@cache
def _names_of(on: GraphQLCompositeType, is_shallow: bool, is_exotic: bool) -> list[str]:
    """A type's fields, those asked for often several times. Leaves alone where it is deep."""
    fields: dict[str, GraphQLField] = dict(getattr(on, "fields", {}))
    weights = WEIGHTS.get(on.name) or (CONNECTION_WEIGHTS if "pageInfo" in fields else {})
    names = [
        name
        for name, found in fields.items()
        if (is_shallow or is_leaf_type(get_named_type(found.type))) and (is_exotic or name not in SELDOM)
        for _ in range(weights.get(name, 1))
    ]
    if on.name == "Query" and is_exotic and is_shallow:
        names.append("__schema")
    return [*names, "__typename"]
