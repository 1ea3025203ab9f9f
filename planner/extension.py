"""Plans for any Strawberry schema, executed by Strawberry's own views."""

from collections.abc import AsyncIterator, Callable

from graphql import DocumentNode, ExecutionResult, get_operation_ast
from strawberry.extensions import SchemaExtension

from planner.operation import PlannedOperation
from planner.planner import Planner
from planner.recent import Recent

MAX_OPERATIONS = 500


def planned_reads(planner: Callable[[], Planner]) -> type[SchemaExtension]:
    """An extension of a schema: `planner` gives that schema's, which can only be made when the schema is.

    Queries are answered by plans. What these do not cover, mutations and subscriptions are left to
    graphql-core. Other extensions' `resolve`, which is called for each field, is not called in a plan.
    """
    operations: Recent[tuple[str, str | None], PlannedOperation] = Recent(MAX_OPERATIONS)

    class PlannedReads(SchemaExtension):
        async def on_execute(self) -> AsyncIterator[None]:
            context = self.execution_context
            document, text, name = context.graphql_document, context.query, context.operation_name
            if document is not None and text is not None:
                made = operations.get_or_make((text, name), lambda _: _operation(planner(), document, name))
                if made.is_query:
                    data = await planner().data(made, context.variables or {}, context.context)
                    if data is not None:
                        context.result = ExecutionResult(data, None)
            yield

    return PlannedReads


def _operation(planner: Planner, document: DocumentNode, name: str | None) -> PlannedOperation:
    """That of a document which Strawberry has found valid."""
    operation = get_operation_ast(document, name)
    if operation is None:
        raise LookupError(f"the document has no operation {name}")
    return planner.operation(document, operation)
