"""What of a document is selected, as far as a plan may cover it."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from strawberry.types.field import StrawberryField

from planner.not_planned import NotPlanned
from planner.selection.attributes import DEFINITION, OF_EVERY_FIELD, NotPlain, Read, attribute_reader
from planner.selection.collecting import Collecting


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of an object type under a response key."""

    key: str
    parent: GraphQLObjectType
    name: str
    """`__typename`, or that of a field of the type."""
    details: FieldDetailsList

    @property
    def field(self) -> GraphQLField:
        found: GraphQLField = self.parent.fields[self.name]
        return found

    @property
    def definition(self) -> StrawberryField:
        found = self.field.extensions.get(DEFINITION)
        if not isinstance(found, StrawberryField) or found.extensions or found.permission_classes:
            raise NotPlanned(f"{self} is resolved in its own way")
        return found

    def __str__(self) -> str:
        return f"{self.parent.name}.{self.name}"


class Selecting(Collecting):
    """What an operation selects, field by field. Raises NotPlanned for what no plan covers."""

    __slots__ = ()

    def of_root(self, root: GraphQLObjectType) -> list[Selected]:
        return self._selected(root, self.at_root(root))

    def of(self, type_: GraphQLObjectType, details: FieldDetailsList) -> list[Selected]:
        """What is selected of an object, in order."""
        return self._selected(type_, self.below(details, type_))

    def reader(self, type_: GraphQLOutputType, selected: Selected) -> Read:
        """What completes a value that a resolver made."""
        try:
            return attribute_reader(self, type_, selected.details)
        except NotPlain:
            raise NotPlanned(f"{selected} selects what has resolvers") from None

    def _selected(self, type_: GraphQLObjectType, collected: CollectedFields) -> list[Selected]:
        if collected.new_defer_usages:
            raise NotPlanned("@defer")
        selected = []
        for key, details in collected.grouped_field_set.items():
            name = details[0].node.name.value
            directives = {d.name.value for found in details for d in found.node.directives or ()}
            if directives.difference(OF_EVERY_FIELD):
                raise NotPlanned("a directive of its own")
            if name.startswith("__") and name != "__typename":
                raise NotPlanned("introspection")
            selected.append(Selected(key, type_, name, details))
        return selected


def origin_of(type_: Any) -> type | None:
    """The Strawberry class behind an object type."""
    definition = type_.extensions.get(DEFINITION)
    origin = getattr(definition, "origin", None)
    return origin if isinstance(origin, type) else None
