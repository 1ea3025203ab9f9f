"""Answers that are one JSON object (GraphQL over HTTP, section 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from server.transport_http.negotiation import Format

COMMON_HEADERS = [
    # Answers are for who asked, and hold links that end.
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Authorization"),
]
HEADERS = {
    format: [*COMMON_HEADERS, (b"content-type", f"{format.value}; charset=utf-8".encode())]
    for format in (Format.JSON, Format.RESPONSE_JSON)
}


class JsonAnswer:
    """Sends itself, as Starlette's responses do."""

    __slots__ = ("_body", "_headers", "status")

    def __init__(
        self, body: bytes, format: Format, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self._body = status, body
        self._headers = [*HEADERS[format], (b"content-length", b"%d" % len(body))]
        if headers:
            self._headers += [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def error_answer(
    errors: Sequence[Mapping[str, Any]],
    format: Format | None,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> JsonAnswer:
    """Nothing was run, so there is no `data` (GraphQL, section 7.1). A client that wants a stream, or nothing
    that we have, is told in plain JSON."""
    format = Format.JSON if format is None or format.is_stream else format
    return JsonAnswer(orjson.dumps({"errors": errors}), format, status, headers)
