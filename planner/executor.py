from functools import cached_property
from typing import Any

from graphql import (
    Executor,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfoHelpers,
    GraphQLSchema,
    VariableValues,
    default_field_resolver,
    default_type_resolver,
)
from graphql.language import FieldNode
from graphql.pyutils import Path

from planner.needed import MutationInfo, Needed
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


class Execution:
    """One of an operation. graphql-core's executor is made as soon as it is asked for: to make it takes more
    time than a mutation that goes well would have of it."""

    def __init__(
        self, schema: GraphQLSchema, operation: PlannedOperation, variables: VariableValues, context: Any
    ) -> None:
        self.schema, self.operation, self.variables, self.context = schema, operation, variables, context

    @cached_property
    def executor(self) -> OperationExecutor:
        """graphql-core's."""
        return OperationExecutor.of(self.schema, self.operation, self.variables, self.context)

    @property
    def errors(self) -> list[GraphQLError] | None:
        """Those met so far."""
        if "executor" not in self.__dict__:
            return None
        return self.executor.collected_errors.errors or None

    def info(
        self,
        field: GraphQLField,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        path: Path,
        needed: Needed,
    ) -> MutationInfo:
        """What graphql-core tells a resolver, and what is needed of the rows that it answers."""
        info = MutationInfo(
            nodes[0].name.value,
            nodes,
            field.type,
            parent,
            path,
            self.schema,
            self.operation.definitions,
            None,
            self.operation.operation,
            self.variables,
            self.context,
            Executor.is_awaitable,
            None,
            GraphQLResolveInfoHelpers(self._gather, self._track),
        )
        info.needed = needed
        return info

    def _gather(self, values: Any) -> Any:
        return self.executor.gather_async_work(values)

    def _track(self, values: Any) -> None:
        self.executor.track_async_work(values)
