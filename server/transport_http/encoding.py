"""How the results of one operation stand in a response that goes on."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from server.transport_http.negotiation import Format

Errors = Sequence[Mapping[str, Any]]


class Encoding(Protocol):
    content_type: str
    opening: bytes
    heartbeat: bytes
    completion: bytes

    def next(self, payload: bytes) -> bytes:
        """One result."""
        ...

    def farewell(self, errors: Errors, *, may_return: bool) -> bytes | None:
        """Why a running operation ends from our side; None where only a cut says that to a client that may
        come back."""
        ...


class EventStream:
    """Server-sent events as npm's graphql-sse has them in its distinct connections mode."""

    content_type = "text/event-stream; charset=utf-8"
    # Firefox and Safari do not take the headers for an answer before something follows them.
    opening = b":\n\n"
    heartbeat = b":\n\n"
    # EventSource drops an event without a data field.
    completion = b"event: complete\ndata:\n\n"

    def next(self, payload: bytes) -> bytes:
        return b"event: next\ndata: " + payload + b"\n\n"

    def farewell(self, errors: Errors, *, may_return: bool) -> bytes | None:
        """After a `complete` graphql-sse is content, and any status before it starts is tried again with
        fresh headers, as a cut stream is."""
        if may_return:
            return None
        return self.next(orjson.dumps({"errors": errors})) + self.completion


class MultipartSubscription:
    """Apollo's protocol for subscriptions in multipart responses.

    A part ends with the boundary of the next one, so that it is read as soon as it is there. Source:
    apollographql/router, src/protocols/multipart.rs.
    """

    content_type = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    opening = b"\r\n--graphql"
    completion = b"--\r\n"

    def __init__(self) -> None:
        self.heartbeat = self._part(b"{}")

    def next(self, payload: bytes) -> bytes:
        return self._part(b'{"payload":' + payload + b"}")

    def farewell(self, errors: Errors, *, may_return: bool) -> bytes | None:
        """A null payload with errors: the protocol itself says that the operation failed, which Apollo's
        RetryLink and ErrorLink act upon."""
        return self._part(orjson.dumps({"payload": None, "errors": errors})) + self.completion

    def _part(self, body: bytes) -> bytes:
        return b"\r\ncontent-type: application/json\r\n\r\n" + body + b"\r\n--graphql"


ENCODINGS: Mapping[Format, Encoding] = {
    Format.EVENT_STREAM: EventStream(),
    Format.MULTIPART: MultipartSubscription(),
}
