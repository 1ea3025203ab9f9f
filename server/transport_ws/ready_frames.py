"""Whole WebSocket frames, as a server sends them: unmasked, in one piece (RFC 6455, section 5.2)."""

import struct

import orjson

FINAL_TEXT = 0x81
LENGTH_IN_TWO_BYTES, LENGTH_IN_EIGHT_BYTES = 126, 127
SHORT = [bytes((FINAL_TEXT, length)) for length in range(LENGTH_IN_TWO_BYTES)]
MEDIUM, LONG = struct.Struct(">BBH").pack, struct.Struct(">BBQ").pack


def header(length: int) -> bytes:
    """That of a text frame with so many bytes of payload."""
    if length < LENGTH_IN_TWO_BYTES:
        return SHORT[length]
    if length < 1 << 16:
        return MEDIUM(FINAL_TEXT, LENGTH_IN_TWO_BYTES, length)
    return LONG(FINAL_TEXT, LENGTH_IN_EIGHT_BYTES, length)


def text_frame(message: bytes) -> bytes:
    return header(len(message)) + message


def next_prefix(operation_id: str) -> bytes:
    """What a `next` message of this operation begins with; the payload and a brace follow."""
    return b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'


class NextFrames:
    """Makes the frames of results. Watchers whose operations have the same id share the very bytes."""

    __slots__ = ("_frame", "_payload", "_prefix")

    def __init__(self) -> None:
        self._prefix = self._payload = self._frame = b""

    def frame(self, prefix: bytes, payload: bytes) -> bytes:
        if payload is self._payload and prefix == self._prefix:
            return self._frame
        self._prefix, self._payload = prefix, payload
        self._frame = b"%b%b%b}" % (header(len(prefix) + len(payload) + 1), prefix, payload)
        return self._frame
