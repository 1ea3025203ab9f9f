"""What a client may send, as the reference server reads it, and what is sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from server.operations import OperationRequest

MAX_REASON_BYTES = (
    123  # RFC 6455, section 5.5: a control frame's payload is at most 125 bytes, 2 of them the code.
)


class FrameInvalid(Exception):
    """The frame is not one of the protocol; the text is the reason to close with 4400 for."""


@dataclass(frozen=True)
class ConnectionInit:
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ping:
    pong: bytes
    """What it is answered with."""


@dataclass(frozen=True)
class Pong:
    pass


@dataclass(frozen=True)
class Subscribe:
    id: str
    request: OperationRequest


@dataclass(frozen=True)
class Complete:
    id: str


Frame = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_frame(text: str) -> Frame:
    """Raises FrameInvalid."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise FrameInvalid("A message must be valid JSON") from None
    if not isinstance(message, dict):
        raise FrameInvalid("A message must be a JSON object")
    kind = message.get("type")
    if not isinstance(kind, str):
        raise FrameInvalid("A message must have a type that is a string")
    if kind in ("connection_init", "ping", "pong"):
        return _control(kind, message)
    if kind == "subscribe":
        return _subscribe(message)
    if kind == "complete":
        return Complete(_id(message))
    raise FrameInvalid(f"A client does not send messages of the type “{kind[:40]}”")


def _control(kind: str, message: Mapping[str, Any]) -> Frame:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise FrameInvalid(f"The payload of {kind} must be an object")
    if kind == "connection_init":
        return ConnectionInit(payload or {})
    return Ping(_pong(payload)) if kind == "ping" else Pong()


def _pong(payload: Mapping[str, Any] | None) -> bytes:
    try:
        return orjson.dumps({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
    except orjson.JSONEncodeError:
        # orjson reads objects in objects four times as deep as it writes them.
        raise FrameInvalid("The payload of ping is nested too deeply") from None


def _subscribe(message: Mapping[str, Any]) -> Subscribe:
    operation_id = _id(message)
    payload = message.get("payload")
    if not isinstance(payload, dict):
        raise FrameInvalid("The payload of subscribe must be an object")
    for name in ("query", "operationName", "documentId"):
        if not isinstance(payload.get(name), str | None):
            raise FrameInvalid(f"The {name} of subscribe must be a string")
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | None):
            raise FrameInvalid(f"The {name} of subscribe must be an object")
    request = OperationRequest(
        # npm's graphql-ws sends no frame without a text: who has only a hash sends an empty one.
        query=payload.get("query") or None,
        operation_name=payload.get("operationName"),
        variables=payload.get("variables") or {},
        extensions=payload.get("extensions") or {},
        document_id=payload.get("documentId"),
    )
    is_named = request.document_id or "persistedQuery" in request.extensions
    if payload.get("query") is None and not is_named:
        raise FrameInvalid("The query of subscribe must be a string")
    return Subscribe(operation_id, request)


def _id(message: Mapping[str, Any]) -> str:
    value = message.get("id")
    if not isinstance(value, str) or not value:
        raise FrameInvalid("A message's id must be a non-empty string")
    return value


def close_reason(text: str) -> str:
    """As much of a text as a close frame can hold."""
    return text.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


ACK = b'{"type":"connection_ack"}'


def error_frame(operation_id: str, errors: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps({"id": operation_id, "type": "error", "payload": errors})


def complete_frame(operation_id: str) -> bytes:
    return orjson.dumps({"id": operation_id, "type": "complete"})
