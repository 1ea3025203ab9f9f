"""An operation out of an HTTP request (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from server.operations import OperationRequest
from server.transport_http.header_values import media_values, remembering
from server.transport_http.headers import Headers
from server.transport_http.refusal import malformed, method_not_allowed, unsupported_media_type

TEXTS = ("query", "operationName", "documentId")
OBJECTS = ("variables", "extensions")


def read_request(scope: Mapping[str, Any], headers: Headers, body: bytes) -> OperationRequest:
    """Raises RequestRefused. Only JSON is read: a form can be posted by a page of any other site, with
    nobody asking us first."""
    method = scope["method"]
    if method == "POST":
        parameters = _of_body(headers, body)
    elif method == "GET":
        parameters = _of_address(QueryParams(scope["query_string"]))
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


def _of_address(query_params: QueryParams) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name in (*TEXTS, *OBJECTS):
        values = [value for value in query_params.getlist(name) if value]
        if len(values) > 1:
            raise malformed(f"`{name}` is given more than once.")
        if values:
            found[name] = _json(values[0], f"`{name}`") if name in OBJECTS else values[0]
    return found


def _of_body(headers: Headers, body: bytes) -> Mapping[str, Any]:
    if not is_json(headers.get(b"content-type", b"")):
        raise unsupported_media_type("A request's content type is application/json, in UTF-8.")
    read = _json(body, "The request")
    if isinstance(read, list):
        raise malformed("A request holds one operation; several are not taken as a batch.")
    if not isinstance(read, dict):
        raise malformed("A request must be a JSON object.")
    return read


@remembering
def is_json(content_type: bytes) -> bool:
    values = media_values(content_type.decode("latin-1"))
    if len(values) != 1 or values[0].name != "application/json":
        return False
    return values[0].parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _json(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise malformed(f"{what} must be valid JSON.") from None
