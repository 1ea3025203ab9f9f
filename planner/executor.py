from collections.abc import Awaitable, Callable
from typing import Any

from graphql import Executor, GraphQLSchema, VariableValues, default_field_resolver, default_type_resolver

from planner.operation import PlannedOperation

Complete = Callable[[str, Any], Awaitable[dict[str, Any] | None]]
"""Reads the payload of a mutation's field, named by its response key; None where graphql-core shall."""


class PayloadExecutor(Executor[Any]):
    """graphql-core's own, but for the objects that a mutation's fields answer: arguments, order, errors and
    what becomes null remain its business."""

    complete: Complete | None = None

    @classmethod
    def of(
        cls, schema: GraphQLSchema, operation: PlannedOperation, variable_values: VariableValues, context: Any
    ) -> "PayloadExecutor":
        """As `build` makes it, which looks again for what is known of a prepared operation."""
        return cls(
            schema,
            {name: details.definition for name, details in operation.fragments.items()},
            operation.fragments,
            None,
            context,
            operation.operation,
            variable_values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )

    def complete_object_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        as_ever = super().complete_object_value
        complete = self.complete
        if path.prev is not None or complete is None:
            return as_ever(return_type, field_details_list, info, path, result, position_context)

        async def completed() -> Any:
            data = await complete(path.key, result)
            if data is not None:
                return data
            made = as_ever(return_type, field_details_list, info, path, result, position_context)
            return await made if self.is_awaitable(made) else made

        return completed()
