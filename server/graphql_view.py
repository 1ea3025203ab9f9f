"""GraphQL over HTTP; `graphql_socket` is the same over WebSocket."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from graphql import GraphQLError, OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.context import Gateways
from server.auth import credential_of_header
from server.operations import Caller, OperationRequest, Operations, Prepared, Refused
from server.origin import origin_of
from server.outage import is_outage
from server.pages import graphiql_response
from server.transport_http.encoding import ENCODINGS
from server.transport_http.json_answer import error_answer, json_answer
from server.transport_http.negotiation import OF_ONE_RESULT, STREAMS, Format, chosen_format
from server.transport_http.read_request import read_request
from server.transport_http.refusal import RequestRefused, method_not_allowed, not_acceptable
from server.transport_http.stream import Farewell, StreamResponse
from services.access_tokens import Credential, CredentialProblem
from services.errors import Unauthenticated

log = structlog.get_logger()
NOT_SIGNED_IN = "The access token is unknown, expired or revoked."


class GraphQLView:
    def __init__(self, operations: Operations, gateways: Gateways, *, public_url: str | None) -> None:
        self._operations, self._gateways, self._public_url = operations, gateways, public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        scope.setdefault("request_id", secrets.token_hex(8))
        response = await graphiql_response(request) if wants_page(request) else await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp:
        accept = ", ".join(request.headers.getlist("accept"))
        try:
            operation = await read_request(request)
            credential = await credential_of_header(
                request.headers.get("authorization"), self._gateways.clock
            )
            caller = Caller(self._gateways, credential.viewer, origin_of(request, self._public_url))
            return await self._run(request, accept, operation, caller, credential)
        except RequestRefused as refused:
            error = self._error(request, refused.code, str(refused))
            return error_answer(
                [error], chosen_format(accept, OF_ONE_RESULT), refused.status, refused.headers
            )
        except Unauthenticated:
            error = self._error(request, "UNAUTHENTICATED", NOT_SIGNED_IN)
            format_of_errors = chosen_format(accept, OF_ONE_RESULT)
            return error_answer([error], format_of_errors, 401, {"www-authenticate": "Bearer"})
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("a request cannot be answered now", error=repr(problem))
            error = self._error(request, "UNAVAILABLE", "This cannot be answered now; try again in a while.")
            return error_answer([error], chosen_format(accept, OF_ONE_RESULT), 503, {"retry-after": "1"})

    async def _run(
        self,
        request: Request,
        accept: str,
        operation: OperationRequest,
        caller: Caller,
        credential: Credential,
    ) -> ASGIApp:
        """Raises RequestRefused."""
        request_id = request.scope["request_id"]
        prepared = await self._operations.prepare(operation, request_id)
        kind = prepared.operation.operation if isinstance(prepared, Prepared) else None
        format = agreed_format(accept, request.method, kind)
        if format.is_stream:
            start = partial(self._operations.start, operation, caller, request_id=request_id)
            return StreamResponse(ENCODINGS[format], start, partial(self._watch, credential, request))
        if isinstance(prepared, Refused):
            return refusal_answer(prepared.errors, format, prepared.status)
        answer = await self._operations.execute(prepared, operation, caller.context(request_id))
        return json_answer(answer.body, format) if answer.was_run else refusal_answer(answer.errors, format)

    def _watch(
        self, credential: Credential, request: Request, end: Callable[[Farewell], None]
    ) -> Callable[[], None]:
        """Call `end` when the credential is no longer good; the result stops the watching."""

        def told(problem: CredentialProblem) -> None:
            error = self._error(request, "UNAUTHENTICATED", NOT_SIGNED_IN)
            end(Farewell([error], may_return=problem is CredentialProblem.EXPIRED))

        return self._gateways.credentials.watch(credential, told)

    def _error(self, request: Request, code: str, message: str) -> Mapping[str, Any]:
        extensions = {"code": code, "requestId": request.scope["request_id"]}
        return {"message": message, "extensions": extensions}


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


def refusal_answer(errors: Sequence[GraphQLError], format: Format, status: int = 400) -> Response:
    """200 in application/json, whose clients take anything else for a fault on the way (GraphQL over HTTP,
    section 6.4)."""
    is_ours = any((error.extensions or {}).get("code") == "INTERNAL" for error in errors)
    told = 500 if is_ours else 200 if format is Format.JSON else status
    return error_answer([error.formatted for error in errors], format, told)


def wants_page(request: Request) -> bool:
    """A browser that opens the address, not one that asks a query."""
    asked = {"query", "documentId", "extensions"} & request.query_params.keys()
    return request.method == "GET" and not asked and "text/html" in request.headers.get("accept", "")
