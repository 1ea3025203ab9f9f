"""GraphQL over HTTP and over WebSocket (graphql-transport-ws) at one address."""

import secrets
from datetime import timedelta
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from schema.context import Context, Gateways
from server.auth import viewer_of_connection, viewer_of_header
from server.errors import TellingSchema
from server.origin import origin_of
from server.pages import graphiql_response
from services.errors import Unauthenticated

INIT_TIMEOUT = timedelta(seconds=10)
MAX_SUBSCRIPTIONS = 100


class TransportHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """The library's handler, which lets malformed frames of these kinds end the socket without a reason."""

    async def handle_message(self, message: Message) -> None:
        problem = frame_problem(message)
        if problem is not None:
            await self.handle_invalid_message(problem)
            return
        await super().handle_message(message)


def frame_problem(message: object) -> str | None:
    """What graphql-ws's own server would close with 4400 for; None for a well-formed frame."""
    if not isinstance(message, dict):
        return "A message must be a JSON object"
    if message.get("type") not in ("subscribe", "complete"):
        return None
    if not isinstance(message.get("id"), str) or not message["id"]:
        return "A message's id must be a non-empty string"
    if message["type"] == "complete":
        return None
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "A subscribe message must have a payload with a query"
    if not isinstance(payload.get("variables"), dict | None):
        return "A subscribe message's variables must be an object"
    if not isinstance(payload.get("operationName"), str | None):
        return "A subscribe message's operationName must be a string"
    return None


class GraphQLView(GraphQL[Context, None]):
    graphql_transport_ws_handler_class = TransportHandler

    def __init__(
        self, schema: TellingSchema, gateways: Gateways, *, public_url: str | None, allowed_origins: list[str]
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
            allowed_origins=allowed_origins,
        )
        self._gateways = gateways
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            if wants_page(request):
                await (await graphiql_response(request))(scope, receive, send)
                return
            try:
                await super().__call__(scope, receive, send)
            except Unauthenticated:
                await unauthenticated_response(scope)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        context = Context(
            gateways=self._gateways,
            origin=origin_of(request, self._public_url),
            request_id=request.scope.get("request_id") or secrets.token_hex(8),
        )
        if request.scope["type"] == "http":
            viewer = await viewer_of_header(request.headers.get("authorization"), self._gateways.clock)
            context.sign_in(viewer)
        return context

    async def on_ws_connect(self, context: Context) -> Any:
        """Raises ConnectionRejectionError, which closes with 4403: clients then fetch a fresh token."""
        try:
            viewer = await viewer_of_connection(context.connection_params, self._gateways.clock)
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        context.sign_in(viewer)
        return await super().on_ws_connect(context)

    def parse_json(self, data: str | bytes) -> Any:
        """Raises HTTPException(400) for what is no JSON, or no object."""
        parsed = super().parse_json(data)
        if not isinstance(parsed, dict):
            raise HTTPException(400, "A request must be a JSON object")
        return parsed

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()


def wants_page(request: Request) -> bool:
    """A browser that opens the address, not one that asks a query."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def unauthenticated_response(scope: Scope) -> Response:
    error = {
        "message": "The access token is unknown, expired or revoked.",
        "extensions": {"code": "UNAUTHENTICATED", "requestId": scope.get("request_id")},
    }
    return JSONResponse({"errors": [error]}, status_code=401, headers={"www-authenticate": "Bearer"})
