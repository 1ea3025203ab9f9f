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


def lines_of(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """As they stand in the head of a response."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


LINES = {format: lines_of(headers) for format, headers in HEADERS.items()}


class JsonAnswer:
    """Sends itself, as Starlette's responses do; or is written by `DirectProtocol`."""

    __slots__ = ("_format", "_more", "body", "status")

    def __init__(
        self, body: bytes, format: Format, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.body, self._format = status, body, format
        self._more = [(name.encode(), value.encode()) for name, value in headers.items()] if headers else ()

    @property
    def lines(self) -> bytes:
        """Its headers."""
        lines = b"%scontent-length: %d\r\n" % (LINES[self._format], len(self.body))
        return lines + lines_of(self._more) if self._more else lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = (b"content-length", b"%d" % len(self.body))
        headers = [*HEADERS[self._format], length, *self._more]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


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
