from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, GraphQLField, VariableValues
from graphql.execution.values import get_argument_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments


class ArgumentReader:
    """The keyword arguments that a field's resolver gets."""

    def __init__(self, field: GraphQLField, node: FieldNode) -> None:
        self._field, self._node = field, node
        self._arguments = field.extensions["strawberry-definition"].arguments

    def read(self, variable_values: VariableValues) -> Mapping[str, Any]:
        values = get_argument_values(self._field, self._node, variable_values)
        return convert_arguments(values, self._arguments, scalar_registry={}, config=StrawberryConfig())
