"""The body of a request, whole and in time."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive

from server.transport_http.connection import has_come_whole
from server.transport_http.headers import Headers
from server.transport_http.refusal import body_too_large, body_too_slow, malformed

DRAINED_BYTES = 64 * 1024 * 1024
BODY_SECONDS = 30.0


async def read_body(scope: Mapping[str, Any], headers: Headers, receive: Receive, max_bytes: int) -> bytes:
    """Raises RequestRefused for a larger one, of which nothing is kept, for one that does not come within
    BODY_SECONDS, and for one whose client has gone before its end. The connection then is to be closed."""
    declared = headers.get(b"content-length", b"0")
    is_too_large = not declared.isdigit() or int(declared) > max_bytes
    body: bytes | None
    if has_come_whole(scope) and not is_too_large:
        # Most do: a timer would cost more than all the rest of this.
        message = await receive()
        body = message.get("body", b"")
    else:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = None if is_too_large else await _whole(receive, max_bytes)
                if body is None:
                    await _drain(receive)
        except TimeoutError:
            raise body_too_slow(BODY_SECONDS) from None
    if body is None or len(body) > max_bytes:
        raise body_too_large(max_bytes)
    return body


async def _whole(receive: Receive, max_bytes: int) -> bytes | None:
    """The whole body, or None once it is too large, while there is more of it."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("The request ended before its body did.")
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)
        if len(body) > max_bytes:
            return None


async def _drain(receive: Receive) -> None:
    """Take in the rest of a refused body, as far as is reasonable: a client that is still sending when the
    connection closes sees a broken pipe instead of the answer."""
    taken = 0
    while taken < DRAINED_BYTES:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return
