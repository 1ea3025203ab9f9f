import structlog
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from server.transport_ws.closing import SUBPROTOCOL_NOT_ACCEPTABLE
from server.transport_ws.connection import Connection, SignIn
from server.transport_ws.ready_frames import NextFrames
from server.transport_ws.wire import EXTENSION, Wire

log = structlog.get_logger()
PROTOCOL = "graphql-transport-ws"


class TransportEndpoint:
    """The ASGI end of the protocol. `sign_in` is made for each socket by `sign_in_for(handshake)`."""

    def __init__(self, allowed_origins: list[str]) -> None:
        self._allowed_origins = frozenset(allowed_origins)
        self._next_frames = NextFrames()

    def sign_in_for(self, handshake: HTTPConnection) -> SignIn:
        """The handshake's headers are gone when it is called: what is needed of them is to be read now."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Taken out: the wire holds the scope, and a cycle would outlive the socket until the next collection.
        wire: Wire | None = scope.get("extensions", {}).pop(EXTENSION, None)
        if wire is None:
            log.error(
                "WebSockets are refused: serve by server.serve.api_server, whose protocol writes frames"
            )
        await receive()
        try:
            sign_in = await self._let_in(wire, scope, send)
        except OSError:
            # The client went away meanwhile (ASGI, "Send after disconnect").
            return
        if wire is not None and sign_in is not None:
            await Connection(wire, receive, sign_in, self._next_frames).run()

    async def _let_in(self, wire: Wire | None, scope: Scope, send: Send) -> SignIn | None:
        """Answer the handshake; None for who is not let in."""
        handshake = HTTPConnection(scope)
        if wire is None or not self._is_welcome(handshake):
            # Before the handshake this is answered with 403.
            await send({"type": "websocket.close"})
            return None
        if PROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            wire.close(SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return None
        sign_in = self.sign_in_for(handshake)
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        wire.forget_handshake()
        return sign_in

    def _is_welcome(self, handshake: HTTPConnection) -> bool:
        """Browsers tell where a page comes from; a page of another site may not speak for its visitor."""
        origin = handshake.headers.get("origin")
        if origin is None or origin in self._allowed_origins:
            return True
        _, _, host = origin.partition("://")
        return host.lower() == handshake.headers.get("host", "").lower()
