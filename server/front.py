from collections.abc import Awaitable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.transport_http.direct import DirectView
from server.transport_http.request_id import HEADER, new_request_id

log = structlog.get_logger()


class Front:
    """Names each request, in its log lines and in the answer's `x-request-id`, and hands what is asked of
    GraphQL to its view at once: a walk along the routes would cost more than the view does."""

    def __init__(self, direct: DirectView, others: ASGIApp) -> None:
        self.direct = direct
        """For our own protocol, which hands it what needs no ASGI."""
        self._path, self._others = direct.path.decode(), others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope["request_id"] = new_request_id()
        is_asked = scope["type"] == "http" and scope["path"] == self._path

        def send_with_id(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id.encode())]
            return send(message)

        try:
            await (self.direct if is_asked else self._others)(scope, receive, send_with_id)
        except Exception:
            log.exception("request failed", request_id=request_id, path=scope.get("path"))
            raise
