import os
from collections.abc import Awaitable
from itertools import count

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A request's id: the process's own, then the request's number. To ask the kernel each time costs more.
BEGAN, COUNTED = os.urandom(4).hex(), count(1)

log = structlog.get_logger()


class Front:
    """Names each request, in its log lines and in the answer's `x-request-id`, and hands what is asked of
    GraphQL to its view at once: a walk along the routes would cost more than the view does."""

    def __init__(self, view: ASGIApp, others: ASGIApp) -> None:
        self._view, self._others = view, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope["request_id"] = f"{BEGAN}{next(COUNTED):08x}"
        is_asked = scope["type"] == "http" and scope["path"] == "/graphql"

        def send_with_id(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            return send(message)

        try:
            await (self._view if is_asked else self._others)(scope, receive, send_with_id)
        except Exception:
            log.exception("request failed", request_id=request_id, path=scope.get("path"))
            raise
