"""Answers that are one JSON object (GraphQL over HTTP, section 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from server.transport_http.negotiation import Format

HEADERS = {
    # Answers are for who asked, and hold links that end.
    "cache-control": "no-store",
    "vary": "Accept, Authorization",
}


def json_answer(
    body: bytes, format: Format, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    media_type = f"{format.value}; charset=utf-8"
    return Response(body, status, {**HEADERS, **(headers or {})}, media_type=media_type)


def error_answer(
    errors: Sequence[Mapping[str, Any]],
    format: Format | None,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Nothing was run, so there is no `data` (GraphQL, section 7.1). A client that wants a stream, or nothing
    that we have, is told in plain JSON."""
    format = Format.JSON if format is None or format.is_stream else format
    return json_answer(orjson.dumps({"errors": errors}), format, status, headers)
