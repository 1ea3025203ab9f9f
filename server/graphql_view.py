"""GraphQL over HTTP; `graphql_socket` is the same over WebSocket."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from graphql import GraphQLError, OperationType
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.context import Context, Gateways
from server.auth import credential_of_header
from server.operations import Caller, OperationRequest, Operations, Prepared, Refused
from server.operations.refused import TRY_AGAIN
from server.origin import origin_of
from server.outage import is_outage
from server.pages import DIST, graphiql_page
from server.transport_http.direct import Post
from server.transport_http.encoding import ENCODINGS
from server.transport_http.headers import Headers, headers_of
from server.transport_http.json_answer import JsonAnswer, error_answer
from server.transport_http.negotiation import Format, Wishes, wishes_of
from server.transport_http.read_body import read_body
from server.transport_http.read_request import read_post, read_request
from server.transport_http.refusal import RequestRefused, method_not_allowed, not_acceptable
from server.transport_http.stream import Farewell, StreamResponse
from services.access_tokens import Credential, CredentialProblem
from services.errors import Unauthenticated

log = structlog.get_logger()
NOT_SIGNED_IN = "The access token is unknown, expired or revoked."


class GraphQLView:
    """By ASGI whatever there is; directly what is an ordinary question: known, and to be answered in JSON."""

    path = b"/graphql"

    def __init__(
        self, operations: Operations, gateways: Gateways, *, public_url: str | None, max_body_bytes: int
    ) -> None:
        self._operations, self._gateways = operations, gateways
        self._public_url, self._max_body_bytes = public_url, max_body_bytes

    def answer(self, post: Post) -> Coroutine[Any, Any, JsonAnswer] | None:
        format = wishes_of(post.headers.get(b"accept", b"")).of_one_result
        if format is None or format.is_stream or len(post.body) > self._max_body_bytes:
            return None
        try:
            operation = read_post(post.headers, post.body)
        except RequestRefused:
            return None
        prepared = self._operations.known(operation)
        if prepared is None or prepared.is_subscription:
            return None
        return self._answer_known(post, operation, prepared, format)

    async def _answer_known(
        self, post: Post, operation: OperationRequest, prepared: Prepared, format: Format
    ) -> JsonAnswer:
        try:
            caller, _ = await self._caller(post.headers, post.scheme)
            return await self._execute(prepared, operation, caller.context(post.request_id), format)
        except Exception as problem:
            return problem_answer(problem, post.request_id, format)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        wishes = wishes_of(headers.get(b"accept", b""))
        answer = await self._answer(scope, headers, wishes, receive)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, headers: Headers, wishes: Wishes, receive: Receive) -> ASGIApp:
        try:
            body = await read_body(scope, headers, receive, self._max_body_bytes)
            if wishes.takes_a_page and asks_nothing(scope):
                return graphiql_page(DIST)
            operation = read_request(scope, headers, body)
            caller, credential = await self._caller(headers, scope["scheme"])
            return await self._run(scope, wishes, operation, caller, credential)
        except Exception as problem:
            return problem_answer(problem, scope["request_id"], wishes.of_one_result)

    async def _caller(self, headers: Headers, scheme: str) -> tuple[Caller, Credential]:
        """Raises Unauthenticated."""
        credential = await credential_of_header(
            headers.get(b"authorization"), self._gateways.known_credentials
        )
        origin = origin_of(headers, scheme, self._public_url)
        return Caller(self._gateways, credential.viewer, origin), credential

    async def _run(
        self,
        scope: Scope,
        wishes: Wishes,
        operation: OperationRequest,
        caller: Caller,
        credential: Credential,
    ) -> ASGIApp:
        """Raises RequestRefused."""
        request_id = scope["request_id"]
        prepared = await self._operations.prepare(operation, request_id)
        kind = prepared.operation.operation if isinstance(prepared, Prepared) else None
        format = agreed_format(wishes, scope["method"], kind)
        if format.is_stream:
            start = partial(self._operations.start, operation, caller, request_id=request_id)
            return StreamResponse(ENCODINGS[format], start, partial(self._watch, credential, request_id))
        if isinstance(prepared, Refused):
            return refusal_answer(prepared.errors, format, prepared.status)
        return await self._execute(prepared, operation, caller.context(request_id), format)

    async def _execute(
        self, prepared: Prepared, operation: OperationRequest, context: Context, format: Format
    ) -> JsonAnswer:
        answer = await self._operations.execute(prepared, operation, context)
        return JsonAnswer(answer.body, format) if answer.was_run else refusal_answer(answer.errors, format)

    def _watch(
        self, credential: Credential, request_id: str, end: Callable[[Farewell], None]
    ) -> Callable[[], None]:
        """Call `end` when the credential is no longer good; the result stops the watching."""

        def told(problem: CredentialProblem) -> None:
            error = error_of(request_id, "UNAUTHENTICATED", NOT_SIGNED_IN)
            end(Farewell([error], may_return=problem is CredentialProblem.EXPIRED))

        return self._gateways.credentials.watch(credential, told)


def problem_answer(problem: Exception, request_id: str, format: Format | None) -> JsonAnswer:
    """What keeps a request from being run. Raises it again where it is a bug of ours."""
    more: Mapping[str, str]
    if isinstance(problem, RequestRefused):
        told, status, more = (problem.code, str(problem)), problem.status, problem.headers
    elif isinstance(problem, Unauthenticated):
        told, status, more = ("UNAUTHENTICATED", NOT_SIGNED_IN), 401, {"www-authenticate": "Bearer"}
    elif is_outage(problem):
        log.warning("a request cannot be answered now", error=repr(problem))
        told, status, more = ("UNAVAILABLE", TRY_AGAIN), 503, {"retry-after": "1"}
    else:
        raise problem
    return error_answer([error_of(request_id, *told)], format, status, more)


def error_of(request_id: str, code: str, message: str) -> Mapping[str, Any]:
    return {"message": message, "extensions": {"code": code, "requestId": request_id}}


def agreed_format(wishes: Wishes, method: str, kind: OperationType | None) -> Format:
    """Raises RequestRefused."""
    if kind is OperationType.MUTATION and method == "GET":
        raise method_not_allowed("A mutation is asked by POST.", "POST")
    is_followed = kind is OperationType.SUBSCRIPTION
    format = wishes.of_a_subscription if is_followed else wishes.of_one_result
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


def refusal_answer(errors: Sequence[GraphQLError], format: Format, status: int = 400) -> JsonAnswer:
    """200 in application/json, whose clients take anything else for a fault on the way (GraphQL over HTTP,
    section 6.4)."""
    is_ours = any((error.extensions or {}).get("code") == "INTERNAL" for error in errors)
    told = 500 if is_ours else 200 if format is Format.JSON else status
    return error_answer([error.formatted for error in errors], format, told)


def asks_nothing(scope: Scope) -> bool:
    """So does a browser that opens the address."""
    asked = {"query", "documentId", "extensions"} & QueryParams(scope["query_string"]).keys()
    return scope["method"] == "GET" and not asked
