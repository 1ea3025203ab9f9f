import asyncio
import secrets
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()
DRAINED_BYTES = 64 * 1024 * 1024
BODY_SECONDS = 30.0


class RequestId:
    """Names each request, in its log lines and in the answer's `x-request-id`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope["request_id"] = request_id

        async def send_with_id(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("request failed", request_id=request_id, path=scope.get("path"))
            raise


class BodyLimit:
    """Refuses a larger body with 413 and keeps none of it, and one that does not come in time with 408."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        is_too_large = not declared.isdigit() or int(declared) > self.max_bytes
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = None if is_too_large else await self._read(receive)
                if body is None:
                    await drain(receive)
        except TimeoutError:
            message = f"A request is to be sent within {BODY_SECONDS:.0f} seconds."
            await self._refuse(408, "REQUEST_TIMEOUT", message, scope, receive, send)
            return
        if body is None:
            message = f"A request has at most {self.max_bytes} bytes; files go to storage, by `transfer`."
            await self._refuse(413, "PAYLOAD_TOO_LARGE", message, scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The whole body, or None as soon as it is too large."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return bytes(body)
            body += message.get("body", b"")
            if len(body) > self.max_bytes:
                return None
            if not message.get("more_body"):
                return bytes(body)

    async def _refuse(
        self, status: int, code: str, message: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        error = {"message": message, "extensions": {"code": code, "requestId": scope.get("request_id")}}
        response = JSONResponse({"errors": [error]}, status_code=status, headers={"connection": "close"})
        await response(scope, receive, send)


async def drain(receive: Receive) -> None:
    """Take in the rest of a refused body, as far as is reasonable: a client that is still sending when the
    connection closes sees a broken pipe instead of the answer."""
    taken = 0
    while taken < DRAINED_BYTES:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def replay() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
