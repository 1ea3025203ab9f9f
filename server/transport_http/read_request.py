"""An operation out of an HTTP request (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from server.operations import NOTHING, OperationRequest
from server.transport_http.header_values import media_values, remembering
from server.transport_http.headers import Headers
from server.transport_http.refusal import malformed, method_not_allowed, unsupported_media_type


def read_request(scope: Mapping[str, Any], headers: Headers, body: bytes) -> OperationRequest:
    """Raises RequestRefused."""
    method = scope["method"]
    if method == "POST":
        return read_post(headers, body)
    if method == "GET":
        return _operation(_of_address(QueryParams(scope["query_string"])))
    raise method_not_allowed("GraphQL is asked by GET or POST.", "GET, POST")


def read_post(headers: Headers, body: bytes) -> OperationRequest:
    """Raises RequestRefused. Only JSON is read: a form can be posted by a page of any other site, with
    nobody asking us first."""
    return _operation(_of_body(headers, body))


def _operation(parameters: Mapping[str, Any]) -> OperationRequest:
    query, document_id = _text(parameters, "query"), _text(parameters, "documentId")
    extensions = _object(parameters, "extensions")
    if not query and not document_id and "persistedQuery" not in extensions:
        raise malformed("A request needs a `query`, or the `documentId` of a persisted one.")
    return OperationRequest(
        query or None,
        _text(parameters, "operationName"),
        _object(parameters, "variables"),
        extensions,
        document_id or None,
    )


def _text(parameters: Mapping[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is None or isinstance(value, str):
        return value
    raise malformed(f"`{name}` must be a string.")


def _object(parameters: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parameters.get(name)
    if value is None:
        return NOTHING
    if isinstance(value, dict):
        return value
    raise malformed(f"`{name}` must be an object.")


def _of_address(query_params: QueryParams) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name in ("query", "operationName", "documentId", "variables", "extensions"):
        values = [value for value in query_params.getlist(name) if value]
        if len(values) > 1:
            raise malformed(f"`{name}` is given more than once.")
        if values:
            is_object = name in ("variables", "extensions")
            found[name] = _json(values[0], f"`{name}`") if is_object else values[0]
    return found


def _of_body(headers: Headers, body: bytes) -> Mapping[str, Any]:
    if not _is_json(headers.get(b"content-type", b"")):
        raise unsupported_media_type("A request's content type is application/json, in UTF-8.")
    read = _json(body, "The request")
    if isinstance(read, list):
        raise malformed("A request holds one operation; several are not taken as a batch.")
    if not isinstance(read, dict):
        raise malformed("A request must be a JSON object.")
    return read


@remembering
def _is_json(content_type: bytes) -> bool:
    values = media_values(content_type.decode("latin-1"))
    if len(values) != 1 or values[0].name != "application/json":
        return False
    return values[0].parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _json(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise malformed(f"{what} must be valid JSON.") from None
