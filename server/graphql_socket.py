"""GraphQL over WebSocket: who is signed in on a socket, and what its operations answer."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import HTTPConnection

from schema.context import Gateways
from server.auth import credential_of_connection
from server.operations import Caller, OperationRequest, Operations, Running, Sink
from server.origin import origin_in, origin_of
from server.outage import is_outage
from server.transport_http.headers import headers_of
from server.transport_ws import Closing, Session, SignIn, TransportEndpoint
from server.transport_ws.closing import FORBIDDEN, TRY_AGAIN_LATER, UNAUTHORIZED
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
        # Pages of ours come from there, whatever name a proxy asks us by.
        own = [origin_in(public_url)] if public_url else []
        super().__init__([*allowed_origins, *own])
        self._operations, self._gateways, self._public_url = operations, gateways, public_url

    def sign_in_for(self, handshake: HTTPConnection) -> SignIn:
        scope = handshake.scope
        origin = origin_of(headers_of(scope), scope["scheme"], self._public_url)

        async def sign_in(payload: Mapping[str, Any]) -> Session:
            try:
                credential = await credential_of_connection(payload, self._gateways.clock)
            except CredentialRefused as refused:
                raise closing_for(refused.problem) from None
            except Exception as error:
                if not is_outage(error):
                    raise
                # graphql-ws gives up after 1011, and comes back after this.
                raise Closing(TRY_AGAIN_LATER, "Who you are cannot be looked up now") from error
            caller = Caller(self._gateways, credential.viewer, origin)
            return LiveSession(self._operations, caller, credential)

        return sign_in


class LiveSession:
    """A viewer's operations; each has a context and loaders of its own."""

    __slots__ = ("_caller", "_credential", "_operations")

    def __init__(self, operations: Operations, caller: Caller, credential: Credential) -> None:
        self._operations, self._caller, self._credential = operations, caller, credential

    def watch(self, close: Callable[[Closing], None]) -> Callable[[], None]:
        credentials = self._caller.gateways.credentials
        return credentials.watch(self._credential, lambda problem: close(closing_for(problem)))

    def start(self, request: OperationRequest, sink: Sink) -> Running:
        return self._operations.start(request, self._caller, sink)
