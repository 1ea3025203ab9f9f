"""GraphQL over WebSocket: who is signed in on a socket, and what its operations answer."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.websockets import WebSocket

from schema.context import Gateways
from server.auth import credential_of_connection
from server.operations import Caller, OperationRequest, Operations
from server.origin import origin_of
from server.transport_ws import TransportEndpoint, frames
from server.transport_ws.connection import FORBIDDEN, UNAUTHORIZED, Closing, Connection, Session, SignIn
from services.access_tokens import Credential, CredentialProblem, CredentialRefused


def closing_for(problem: CredentialProblem) -> Closing:
    """graphql-ws clients fetch a fresh token and come back after 4403, and give up after 4401."""
    if problem is CredentialProblem.EXPIRED:
        return Closing(FORBIDDEN, "The access token has expired")
    return Closing(UNAUTHORIZED, "The access token is unknown or revoked")


class GraphQLSocket(TransportEndpoint):
    def __init__(
        self,
        operations: Operations,
        gateways: Gateways,
        *,
        public_url: str | None,
        allowed_origins: list[str],
    ) -> None:
        super().__init__(allowed_origins)
        self._operations, self._gateways, self._public_url = operations, gateways, public_url

    def sign_in_for(self, websocket: WebSocket) -> SignIn:
        async def sign_in(payload: Mapping[str, Any]) -> Session:
            try:
                credential = await credential_of_connection(payload, self._gateways.clock)
            except CredentialRefused as refused:
                raise closing_for(refused.problem) from None
            origin = origin_of(websocket, self._public_url)
            caller = Caller(self._gateways, credential.viewer, origin)
            return LiveSession(self._operations, caller, credential)

        return sign_in


class LiveSession:
    """A viewer's operations; each has a context and loaders of its own."""

    def __init__(self, operations: Operations, caller: Caller, credential: Credential) -> None:
        self._operations, self._caller, self._credential = operations, caller, credential

    async def ended(self) -> Closing:
        return closing_for(await self._caller.gateways.credentials.ended(self._credential))

    async def run(self, operation: frames.Subscribe, connection: Connection) -> None:
        request = OperationRequest(
            operation.query, operation.operation_name, operation.variables or {}, operation.extensions or {}
        )
        sink = _Sink(operation.id, connection)
        running = self._operations.start(request, self._caller, sink)
        try:
            await sink.over.wait()
        finally:
            running.stop()


class _Sink:
    def __init__(self, id: str, connection: Connection) -> None:
        self._id, self._connection = id, connection
        self.over = asyncio.Event()

    def next(self, payload: bytes, tick_of: UUID | None = None) -> None:
        try:
            self._connection.put(frames.next_frame(self._id, payload))
        except Closing as closing:
            self._connection.close(closing)

    async def writable(self) -> None:
        await self._connection.outbox.drained()

    def complete(self) -> None:
        self._connection.finish(self._id, frames.complete_frame(self._id))
        self.over.set()

    def error(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self._connection.finish(self._id, frames.error_frame(self._id, errors))
        self.over.set()

    def lag(self) -> None:
        self._connection.close(Closing(1013, "Too slow; continue after the last cursor"))
