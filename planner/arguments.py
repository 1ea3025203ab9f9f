from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema, VariableValues
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import convert_arguments


class ArgumentReader:
    """The keyword arguments that a field's resolver gets."""

    def __init__(self, schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> None:
        self._field, self._node = field, node
        self._strawberry = schema.extensions["strawberry-definition"]
        self._arguments = field.extensions["strawberry-definition"].arguments

    def read(self, variable_values: VariableValues) -> Mapping[str, Any]:
        values = get_argument_values(self._field, self._node, variable_values)
        return convert_arguments(
            values,
            self._arguments,
            scalar_registry=self._strawberry.schema_converter.scalar_registry,
            config=self._strawberry.config,
        )
