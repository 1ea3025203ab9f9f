from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client asks for (GraphQL over HTTP, section 5; the payload of a WebSocket's subscribe).

    Without a `query` its text is known by `extensions.persistedQuery` or `document_id`.
    """

    query: str | None
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)
    document_id: str | None = None
