"""What a client is told when an operation fails: our own refusals in words, everything else masked."""

from collections.abc import Iterator

import structlog
from graphql import GraphQLError
from services.follow_production_status import ProductionNotFound
from services.live import SubscriberTooSlow
from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext
from strawberry.types.execution import StreamExecutionResult

from services.errors import BadInput, Unauthenticated

log = structlog.get_logger()

TOLD = {
    BadInput: "BAD_USER_INPUT",
    Unauthenticated: "UNAUTHENTICATED",
    ProductionNotFound: "NOT_FOUND",
    SubscriberTooSlow: "TOO_SLOW",
}
SENTENCES = {Unauthenticated: "Sign in first.", ProductionNotFound: "There is no such production."}


class QuietSchema(Schema):
    """A client's mistake is no event for our log; Strawberry would log each with a traceback."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        for error in errors:
            if is_bug(error):
                context = execution_context.context if execution_context else None
                log.error(
                    "operation failed",
                    request_id=getattr(context, "request_id", None),
                    path=error.path,
                    exc_info=error.original_error,
                )


class MaskedErrors(SchemaExtension):
    """Gives every top-level error a code and the request's id, and hides the text of bugs."""

    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None)
        if errors:
            result.errors = [self._told(error) for error in errors]  # type: ignore[union-attr]

    def on_stream_result(self, result: StreamExecutionResult) -> None:
        errors = getattr(result, "errors", None)
        if errors:
            result.errors = [self._told(error) for error in errors]  # type: ignore[union-attr]

    def _told(self, error: GraphQLError) -> GraphQLError:
        request_id = self.execution_context.context.request_id
        if (error.extensions or {}).get("requestId"):
            return error
        original = error.original_error
        code, message = _code_and_message(error, original)
        return GraphQLError(
            message=message,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions={"code": code, "requestId": request_id},
        )


def is_bug(error: GraphQLError) -> bool:
    original = error.original_error
    return original is not None and not isinstance(original, (*TOLD, GraphQLError))


def _code_and_message(error: GraphQLError, original: Exception | None) -> tuple[str, str]:
    if original is None or isinstance(original, GraphQLError):
        return "BAD_REQUEST", error.message
    for kind, code in TOLD.items():
        if isinstance(original, kind):
            return code, SENTENCES.get(kind, str(original))
    return "INTERNAL", "Something went wrong on our side; the request id helps to find it."
