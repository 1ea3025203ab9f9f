"""GraphQL over HTTP; `graphql_socket` is the same over WebSocket."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from graphql import GraphQLError, OperationType, get_operation_ast
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.extensions import ParserCache
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.execution import ExecutionResult

from schema.context import Context, Gateways
from server.auth import credential_of_header
from server.errors import TellingSchema
from server.operations import OperationRequest
from server.origin import origin_of
from server.pages import graphiql_response
from server.streamed_operation import payload_of, start
from server.transport_http.encoding import ENCODINGS
from server.transport_http.json_answer import error_answer, json_answer
from server.transport_http.negotiation import OF_ONE_RESULT, STREAMS, Format, chosen_format
from server.transport_http.read_request import read_request
from server.transport_http.refusal import RequestRefused, malformed, method_not_allowed, not_acceptable
from server.transport_http.stream import Farewell, StreamResponse
from services.access_tokens import Credential, CredentialProblem
from services.errors import Unauthenticated

parsed = ParserCache().cached_parse_document
NOT_SIGNED_IN = "The access token is unknown, expired or revoked."


class GraphQLView:
    def __init__(self, schema: TellingSchema, gateways: Gateways, *, public_url: str | None) -> None:
        self._schema, self._gateways, self._public_url = schema, gateways, public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        scope.setdefault("request_id", secrets.token_hex(8))
        response = await graphiql_response(request) if wants_page(request) else await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp:
        accept = ", ".join(request.headers.getlist("accept"))
        try:
            operation = await read_request(request)
            text = text_of(operation)
            format = agreed_format(accept, request.method, kind_of(text, operation.operation_name))
            credential = await credential_of_header(
                request.headers.get("authorization"), self._gateways.clock
            )
        except RequestRefused as refused:
            error = self._error(request, refused.code, str(refused))
            return error_answer(
                [error], chosen_format(accept, OF_ONE_RESULT), refused.status, refused.headers
            )
        except Unauthenticated:
            error = self._error(request, "UNAUTHENTICATED", NOT_SIGNED_IN)
            format_of_errors = chosen_format(accept, OF_ONE_RESULT)
            return error_answer([error], format_of_errors, 401, {"www-authenticate": "Bearer"})
        context = Context(
            gateways=self._gateways,
            origin=origin_of(request, self._public_url),
            request_id=request.scope["request_id"],
            viewer=credential.viewer,
        )
        if format.is_stream:
            return StreamResponse(
                ENCODINGS[format],
                partial(start, self._schema, operation, text, context),
                partial(self._watch, credential, request),
            )
        return await self._execute(operation, text, context, format)

    async def _execute(
        self, operation: OperationRequest, text: str, context: Context, format: Format
    ) -> Response:
        try:
            result = await self._schema.execute(
                text,
                variable_values=dict(operation.variables),
                context_value=context,
                operation_name=operation.operation_name,
                operation_extensions=dict(operation.extensions),
            )
        except CannotGetOperationTypeError as unknown:
            error = GraphQLError(unknown.as_http_error_reason())
            self._schema.tell([error], context.request_id)
            result = ExecutionResult(data=None, errors=[error])
        if was_run(result):
            return json_answer(payload_of(result), format)
        errors = [error.formatted for error in result.errors or []]
        return error_answer(errors, format, status_of_refused(result, format))

    def _watch(
        self, credential: Credential, request: Request, end: Callable[[Farewell], None]
    ) -> Callable[[], None]:
        """Call `end` when the credential is no longer good; the result stops the watching."""
        if credential.token_id is None:
            return lambda: None

        async def watch() -> None:
            problem = await self._gateways.credentials.ended(credential)
            error = self._error(request, "UNAUTHENTICATED", NOT_SIGNED_IN)
            end(Farewell([error], may_return=problem is CredentialProblem.EXPIRED))

        task = asyncio.create_task(watch())

        def stop() -> None:
            task.cancel()

        return stop

    def _error(self, request: Request, code: str, message: str) -> Mapping[str, Any]:
        extensions = {"code": code, "requestId": request.scope["request_id"]}
        return {"message": message, "extensions": extensions}


def text_of(operation: OperationRequest) -> str:
    """The document of an operation. Raises RequestRefused."""
    if operation.query is None:
        raise malformed("No persisted operations are kept here; send the `query`.")
    return operation.query


def kind_of(text: str, operation_name: str | None) -> OperationType | None:
    """What kind of operation is asked for; None where that cannot be told, which its execution will say."""
    try:
        operation = get_operation_ast(parsed(text), operation_name)
    except GraphQLError:
        return None
    return operation.operation if operation else None


def agreed_format(accept: str, method: str, kind: OperationType | None) -> Format:
    """Raises RequestRefused."""
    if kind is OperationType.MUTATION and method == "GET":
        raise method_not_allowed("A mutation is asked by POST.", "POST")
    is_followed = kind is OperationType.SUBSCRIPTION
    format = chosen_format(accept, STREAMS if is_followed else OF_ONE_RESULT)
    if format is None and is_followed:
        raise not_acceptable(
            "A subscription is answered as text/event-stream or multipart/mixed;subscriptionSpec=1.0; it may "
            "come over a WebSocket too."
        )
    if format is None:
        raise not_acceptable(
            "An answer is application/graphql-response+json, application/json or text/event-stream."
        )
    return format


def was_run(result: ExecutionResult) -> bool:
    """What fails while it runs has a path; what is refused before that has not."""
    return result.data is not None or any(error.path for error in result.errors or [])


def status_of_refused(result: ExecutionResult, format: Format) -> int:
    """200 in application/json, whose clients take anything else for a fault on the way (GraphQL over HTTP,
    section 6.4)."""
    if any((error.extensions or {}).get("code") == "INTERNAL" for error in result.errors or []):
        return 500
    return 200 if format is Format.JSON else 400


def wants_page(request: Request) -> bool:
    """A browser that opens the address, not one that asks a query."""
    asked = {"query", "documentId", "extensions"} & request.query_params.keys()
    return request.method == "GET" and not asked and "text/html" in request.headers.get("accept", "")
