"""GraphQL over WebSocket: who is signed in on a socket, and what its operations answer."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket
from strawberry.types.execution import ExecutionResult, PreExecutionError

from schema.context import Context, Gateways
from server.auth import credential_of_connection
from server.errors import TellingSchema
from server.origin import origin_of
from server.transport_ws import TransportEndpoint, frames
from server.transport_ws.connection import FORBIDDEN, UNAUTHORIZED, Closing, Connection, Session, SignIn
from services.access_tokens import Credential, CredentialProblem, CredentialRefused
from services.viewer import Viewer


def closing_for(problem: CredentialProblem) -> Closing:
    """graphql-ws clients fetch a fresh token and come back after 4403, and give up after 4401."""
    if problem is CredentialProblem.EXPIRED:
        return Closing(FORBIDDEN, "The access token has expired")
    return Closing(UNAUTHORIZED, "The access token is unknown or revoked")


class GraphQLSocket(TransportEndpoint):
    def __init__(
        self,
        schema: TellingSchema,
        gateways: Gateways,
        *,
        public_url: str | None,
        allowed_origins: list[str],
    ) -> None:
        super().__init__(allowed_origins)
        self._schema, self._gateways, self._public_url = schema, gateways, public_url

    def sign_in_for(self, websocket: WebSocket) -> SignIn:
        async def sign_in(payload: Mapping[str, Any]) -> Session:
            try:
                credential = await credential_of_connection(payload, self._gateways.clock)
            except CredentialRefused as refused:
                raise closing_for(refused.problem) from None
            return LiveSession(
                self._schema, self._gateways, credential, lambda: self._context(websocket, credential.viewer)
            )

        return sign_in

    def _context(self, websocket: WebSocket, viewer: Viewer) -> Context:
        return Context(
            gateways=self._gateways,
            origin=origin_of(websocket, self._public_url),
            request_id=secrets.token_hex(8),
            viewer=viewer,
        )


class LiveSession:
    """A viewer's operations; each has a context and loaders of its own."""

    def __init__(
        self,
        schema: TellingSchema,
        gateways: Gateways,
        credential: Credential,
        new_context: Callable[[], Context],
    ) -> None:
        self._schema, self._gateways = schema, gateways
        self._credential, self._new_context = credential, new_context

    async def ended(self) -> Closing:
        return closing_for(await self._gateways.credentials.ended(self._credential))

    async def run(self, operation: frames.Subscribe, connection: Connection) -> None:
        context = self._new_context()
        try:
            results = await self._schema.stream(
                operation.query,
                variable_values=dict(operation.variables or {}),
                context_value=context,
                operation_name=operation.operation_name,
                operation_extensions=dict(operation.extensions or {}),
            )
            async with aclosing(results):
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        self._refuse(operation, connection, result.errors or [])
                        return
                    if not isinstance(result, ExecutionResult):
                        raise TypeError("incremental delivery is not enabled")
                    connection.put(frames.next_frame(operation.id, payload_of(result)))
        except GraphQLError as error:
            # Strawberry's parser cache lets a syntax error out.
            self._schema.tell([error], context.request_id)
            self._refuse(operation, connection, [error])
            return
        connection.finish(operation.id, frames.complete_frame(operation.id))

    def _refuse(
        self, operation: frames.Subscribe, connection: Connection, errors: Sequence[GraphQLError]
    ) -> None:
        """One operation's mistake is told to it alone; its siblings on the socket go on."""
        told = [dict(error.formatted) for error in errors]
        connection.finish(operation.id, frames.error_frame(operation.id, told))


def payload_of(result: ExecutionResult) -> bytes:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [dict(error.formatted) for error in result.errors]
    return orjson.dumps(body)
