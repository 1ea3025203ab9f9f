from typing import Any

from graphql import Executor, GraphQLSchema, VariableValues, default_field_resolver, default_type_resolver

from planner.operation import PlannedOperation


class OperationExecutor(Executor[Any]):
    """graphql-core's own."""

    @classmethod
    def of(
        cls, schema: GraphQLSchema, operation: PlannedOperation, variable_values: VariableValues, context: Any
    ) -> "OperationExecutor":
        """As `build` makes it, which looks again for what is known of a prepared operation."""
        return cls(
            schema,
            operation.definitions,
            operation.fragments,
            None,
            context,
            operation.operation,
            variable_values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )
