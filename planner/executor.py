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


class Execution:
    """One of an operation. graphql-core's executor is made as soon as it is asked for: to make it takes more
    time than a mutation that goes well would have of it."""

    def __init__(
        self, schema: GraphQLSchema, operation: PlannedOperation, variables: VariableValues, context: Any
    ) -> None:
        self.schema, self.operation, self.variables, self.context = schema, operation, variables, context

    @cached_property
    def executor(self) -> Executor[Any]:
        """As `build` makes it, which looks again for what is known of a prepared operation."""
        return Executor(
            self.schema,
            self.operation.definitions,
            self.operation.fragments,
            None,
            self.context,
            self.operation.operation,
            self.variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )

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
