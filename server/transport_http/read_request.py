"""An operation out of an HTTP request (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request

from server.operations import OperationRequest
from server.transport_http.header_values import media_values
from server.transport_http.refusal import malformed, method_not_allowed, unsupported_media_type

TEXTS = ("query", "operationName", "documentId")
OBJECTS = ("variables", "extensions")


async def read_request(request: Request) -> OperationRequest:
    """Raises RequestRefused. Only JSON is read: a form can be posted by a page of any other site, with
    nobody asking us first."""
    if request.method == "GET":
        parameters = _of_address(request)
    elif request.method == "POST":
        parameters = await _of_body(request)
    else:
        raise method_not_allowed("GraphQL is asked by GET or POST.", "GET, POST")
    for name in TEXTS:
        if not isinstance(parameters.get(name), str | None):
            raise malformed(f"`{name}` must be a string.")
    for name in OBJECTS:
        if not isinstance(parameters.get(name), dict | None):
            raise malformed(f"`{name}` must be an object.")
    return _operation(parameters)


def _operation(parameters: Mapping[str, Any]) -> OperationRequest:
    extensions = parameters.get("extensions") or {}
    query, document_id = parameters.get("query") or None, parameters.get("documentId") or None
    if query is None and document_id is None and "persistedQuery" not in extensions:
        raise malformed("A request needs a `query`, or the `documentId` of a persisted one.")
    return OperationRequest(
        query=query,
        operation_name=parameters.get("operationName"),
        variables=parameters.get("variables") or {},
        extensions=extensions,
        document_id=document_id,
    )


def _of_address(request: Request) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name in (*TEXTS, *OBJECTS):
        values = [value for value in request.query_params.getlist(name) if value]
        if len(values) > 1:
            raise malformed(f"`{name}` is given more than once.")
        if values:
            found[name] = _json(values[0], f"`{name}`") if name in OBJECTS else values[0]
    return found


async def _of_body(request: Request) -> Mapping[str, Any]:
    if not _is_json(request.headers.get("content-type", "")):
        raise unsupported_media_type("A request's content type is application/json, in UTF-8.")
    body = _json(await request.body(), "The request")
    if isinstance(body, list):
        raise malformed("A request holds one operation; several are not taken as a batch.")
    if not isinstance(body, dict):
        raise malformed("A request must be a JSON object.")
    return body


def _is_json(content_type: str) -> bool:
    values = media_values(content_type)
    if len(values) != 1 or values[0].name != "application/json":
        return False
    return values[0].parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _json(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise malformed(f"{what} must be valid JSON.") from None
