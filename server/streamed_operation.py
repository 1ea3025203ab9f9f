"""An operation whose results go to a Sink, one execution for each client."""

import asyncio
from contextlib import aclosing
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from schema.context import Context
from server.errors import TellingSchema
from server.operations import OperationRequest, Running, Sink
from services.live import SubscriberTooSlow


def start(
    schema: TellingSchema, request: OperationRequest, text: str, context: Context, sink: Sink
) -> Running:
    """Begin; the sink hears of everything else, also of our bugs."""
    return _StreamedOperation(_run(schema, request, text, context, sink))


class _StreamedOperation:
    def __init__(self, work: Any) -> None:
        self._task: asyncio.Task[None] = asyncio.create_task(work)

    def stop(self) -> None:
        self._task.cancel()


async def _run(
    schema: TellingSchema, request: OperationRequest, text: str, context: Context, sink: Sink
) -> None:
    try:
        results = await schema.stream(
            text,
            variable_values=dict(request.variables),
            context_value=context,
            operation_name=request.operation_name,
            operation_extensions=dict(request.extensions),
        )
        async with aclosing(results):
            async for result in results:
                if isinstance(result, PreExecutionError):
                    sink.error([error.formatted for error in result.errors or []])
                    return
                if not isinstance(result, ExecutionResult):
                    raise TypeError("incremental delivery is not enabled")
                if any(isinstance(e.original_error, SubscriberTooSlow) for e in result.errors or []):
                    sink.lag()
                    return
                sink.next(payload_of(result))
    except Exception as error:
        # Strawberry's parser cache lets a syntax error out; anything else is a bug, which is logged here.
        told = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        schema.tell([told], context.request_id)
        sink.error([told.formatted])
        return
    sink.complete()


def payload_of(result: ExecutionResult) -> bytes:
    """A result that has run; it always has `data`, if only null (GraphQL, section 7.1)."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return orjson.dumps(body)
