from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, VariableValues
from graphql.execution.values import get_variable_values


class VariableReader:
    """An operation's variables, coerced."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._operation = schema, operation

    def read(self, raw: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        return get_variable_values(self._schema, self._operation.variable_definitions or (), dict(raw))
