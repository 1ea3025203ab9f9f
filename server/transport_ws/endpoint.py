from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from server.transport_ws.connection import SUBPROTOCOL_NOT_ACCEPTABLE, Connection, SignIn

PROTOCOL = "graphql-transport-ws"


class TransportEndpoint:
    """The ASGI end of the protocol. `sign_in` is made for each socket by `sign_in_for(websocket)`."""

    def __init__(self, allowed_origins: list[str]) -> None:
        self._allowed_origins = frozenset(allowed_origins)

    def sign_in_for(self, websocket: WebSocket) -> SignIn:
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not self._is_welcome(websocket):
            # Before the handshake this is answered with 403.
            await websocket.close()
            return
        if PROTOCOL not in scope.get("subprotocols", ()):
            await websocket.accept()
            await websocket.close(SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return
        await websocket.accept(subprotocol=PROTOCOL)
        await Connection(websocket, self.sign_in_for(websocket)).run()

    def _is_welcome(self, websocket: WebSocket) -> bool:
        """Browsers tell where a page comes from; a page of another site may not speak for its visitor."""
        origin = websocket.headers.get("origin")
        if origin is None or origin in self._allowed_origins:
            return True
        return urlsplit(origin).netloc.lower() == websocket.headers.get("host", "").lower()
