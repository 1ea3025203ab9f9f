"""What of a document is selected, as graphql-core collects it."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableValues,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from strawberry.types.field import StrawberryField

from planner.attributes import DEFINITION, OF_EVERY_FIELD, NotPlain, Read, attribute_reader
from planner.not_planned import NotPlanned


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


@dataclass(frozen=True, slots=True)
class Selecting:
    """An operation, and the values of the variables that say what is selected."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDetails]
    variable_values: VariableValues
    operation: OperationDefinitionNode

    def of_root(self, root: GraphQLObjectType) -> list[Selected]:
        found = collect_fields(self.schema, self.fragments, self.variable_values, root, self.operation)
        return self._selected(root, found.grouped_field_set, bool(found.new_defer_usages))

    def of(self, type_: GraphQLObjectType, details: FieldDetailsList) -> list[Selected]:
        """What is selected of an object, in order."""
        found = collect_subfields(
            self.schema, self.fragments, self.variable_values, self.operation, type_, details
        )
        return self._selected(type_, found.grouped_field_set, bool(found.new_defer_usages))

    def reader(self, type_: GraphQLOutputType, selected: Selected) -> Read:
        """What completes a value that a resolver made."""
        try:
            return attribute_reader(
                self.schema, self.fragments, self.variable_values, self.operation, type_, selected.details
            )
        except NotPlain:
            raise NotPlanned(f"{selected} selects what has resolvers") from None

    def _selected(
        self, type_: GraphQLObjectType, grouped: dict[str, FieldDetailsList], defers: bool
    ) -> list[Selected]:
        if defers:
            raise NotPlanned("@defer")
        selected = []
        for key, details in grouped.items():
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
