"""GraphQL over WebSocket: who is signed in on a socket, and what its operations answer."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import HTTPConnection

from schema.context import Context, Gateways
from server.auth import credential_of_connection
from server.errors import TellingSchema
from server.operations import OperationRequest, Running, Sink
from server.origin import origin_of
from server.streamed_operation import start
from server.transport_ws import Closing, Session, SignIn, TransportEndpoint
from server.transport_ws.closing import FORBIDDEN, UNAUTHORIZED
from services.access_tokens import Credential, CredentialProblem, CredentialRefused


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

    def sign_in_for(self, handshake: HTTPConnection) -> SignIn:
        origin = origin_of(handshake, self._public_url)

        async def sign_in(payload: Mapping[str, Any]) -> Session:
            try:
                credential = await credential_of_connection(payload, self._gateways.clock)
            except CredentialRefused as refused:
                raise closing_for(refused.problem) from None
            return LiveSession(self._schema, self._gateways, credential, origin)

        return sign_in


class LiveSession:
    """A viewer's operations; each has a context and loaders of its own."""

    __slots__ = ("_credential", "_gateways", "_origin", "_schema")

    def __init__(
        self, schema: TellingSchema, gateways: Gateways, credential: Credential, origin: str
    ) -> None:
        self._schema, self._gateways = schema, gateways
        self._credential, self._origin = credential, origin

    def watch(self, close: Callable[[Closing], None]) -> Callable[[], None]:
        return self._gateways.credentials.watch(self._credential, lambda problem: close(closing_for(problem)))

    def start(self, request: OperationRequest, sink: Sink) -> Running:
        context = Context(
            gateways=self._gateways,
            origin=self._origin,
            request_id=secrets.token_hex(8),
            viewer=self._credential.viewer,
        )
        if request.query is None:
            sink.error([NOT_KEPT])
            return Refused()
        return start(self._schema, request, request.query, context, sink)


# What Apollo's and urql's clients know: they send the text instead (Apollo, "Automatic persisted queries").
NOT_KEPT = {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}


class Refused:
    """Nothing runs."""

    def stop(self) -> None:
        return
