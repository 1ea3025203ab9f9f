from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.transport_http.headers import headers_of
from server.transport_http.read_body import read_body
from server.transport_http.refusal import RequestRefused


class BodyLimit:
    """Refuses a larger body with 413 and keeps none of it, and one that does not come in time with 408."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await read_body(scope, headers_of(scope), receive, self.max_bytes)
        except RequestRefused as refused:
            extensions = {"code": refused.code, "requestId": scope["request_id"]}
            error = {"message": str(refused), "extensions": extensions}
            response = JSONResponse({"errors": [error]}, refused.status, refused.headers)
            await response(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def replay() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
