"""GraphQL over HTTP; `graphql_socket` is the same over WebSocket."""

import secrets
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from schema.context import Context, Gateways
from server.auth import credential_of_header
from server.errors import TellingSchema
from server.origin import origin_of
from server.pages import graphiql_response
from services.errors import Unauthenticated


class GraphQLView(GraphQL[Context, None]):
    def __init__(self, schema: TellingSchema, gateways: Gateways, *, public_url: str | None) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._gateways = gateways
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if wants_page(request):
            await (await graphiql_response(request))(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        except Unauthenticated:
            await unauthenticated_response(scope)(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        credential = await credential_of_header(request.headers.get("authorization"), self._gateways.clock)
        return Context(
            gateways=self._gateways,
            origin=origin_of(request, self._public_url),
            request_id=request.scope.get("request_id") or secrets.token_hex(8),
            viewer=credential.viewer,
        )

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
