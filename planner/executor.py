from typing import Any

from graphql import (
    Executor,
    GraphQLResolveInfoHelpers,
    GraphQLSchema,
    VariableValues,
    default_field_resolver,
    default_type_resolver,
)

from planner.operation import PlannedOperation


class OperationExecutor(Executor[Any]):
    """graphql-core's own, but that it holds nothing that holds it: with such a cycle all that an operation
    made would wait for the collector."""

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        return GraphQLResolveInfoHelpers(gather=self.gather_async_work, track=self.track_async_work)

    @async_helpers.setter
    def async_helpers(self, made: GraphQLResolveInfoHelpers) -> None:
        """They are made for whoever asks."""

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
