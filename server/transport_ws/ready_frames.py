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
    """Makes the frames of results. The same payload goes to many sockets one after another: what does not
    depend on the operation's id is made once, and operations with the same id share the very bytes."""

    __slots__ = ("_end", "_frame", "_header", "_payload", "_prefix", "_prefix_length")

    def __init__(self) -> None:
        self._payload = self._end = self._prefix = self._header = self._frame = b""
        self._prefix_length = 0

    def frame(self, prefix: bytes, payload: bytes) -> bytes:
        if payload is not self._payload:
            self._payload, self._end, self._prefix_length = payload, payload + b"}", 0
        elif prefix == self._prefix:
            return self._frame
        length = len(prefix)
        if length != self._prefix_length:
            self._header, self._prefix_length = header(length + len(self._end)), length
        self._prefix, self._frame = prefix, self._header + prefix + self._end
        return self._frame
