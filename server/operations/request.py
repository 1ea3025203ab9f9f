from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class OperationRequest(NamedTuple):
    """What a client asks for (GraphQL over HTTP, section 5; the payload of a WebSocket's subscribe).

    Without a `query` its text is known by `extensions.persistedQuery` or `document_id`.
    """

    query: str | None
    operation_name: str | None = None
    variables: Mapping[str, Any] = NOTHING
    extensions: Mapping[str, Any] = NOTHING
    document_id: str | None = None
