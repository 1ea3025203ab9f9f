"""One operation's way back over its socket."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from server.operations import Running
from server.transport_ws import frames
from server.transport_ws.closing import TRY_AGAIN_LATER, Closing
from server.transport_ws.outbox import Outbox, OutboxFull
from server.transport_ws.ready_frames import NextFrames, next_prefix, text_frame


def too_slow() -> Closing:
    return Closing(TRY_AGAIN_LATER, "Too slow; continue after the last cursor")


class Carrier(Protocol):
    """The socket that an operation runs on."""

    outbox: Outbox
    next_frames: NextFrames

    def forget(self, operation_id: str) -> None:
        """The operation has ended by itself."""
        ...

    def close(self, closing: Closing) -> None: ...


class Operation:
    """The `Sink` of one operation, until its last frame or until it is stopped; deaf from then on."""

    __slots__ = ("_carrier", "_id", "_is_over", "_next_frames", "_outbox", "_prefix", "_running")

    def __init__(self, operation_id: str, carrier: Carrier) -> None:
        self._id, self._prefix = operation_id, next_prefix(operation_id)
        self._carrier, self._outbox, self._next_frames = carrier, carrier.outbox, carrier.next_frames
        self._running: Running | None = None
        self._is_over = False

    def runs(self, running: Running) -> None:
        """Tell what to stop; it is stopped at once where the socket was closed while it started."""
        if self._is_over:
            running.stop()
        else:
            self._running = running

    def stop(self) -> None:
        """The client wants no more of it, or has gone."""
        self._is_over = True
        self._outbox.discard_operation(self)
        if self._running is not None:
            self._running.stop()
            self._running = None

    def next(self, payload: bytes, tick_of: UUID | None = None) -> None:
        if self._is_over:
            return
        try:
            self._outbox.put(self._next_frames.frame(self._prefix, payload), self, tick_of)
        except OutboxFull:
            self.lag()

    async def writable(self) -> None:
        await self._outbox.idle()

    def complete(self) -> None:
        self._finish(frames.complete_frame(self._id))

    def error(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self._finish(frames.error_frame(self._id, errors))

    def lag(self) -> None:
        if not self._is_over:
            self._carrier.close(too_slow())

    def _finish(self, last_message: bytes) -> None:
        """The id is free again before the client can have read the last frame."""
        if self._is_over:
            return
        self._is_over, self._running = True, None
        self._carrier.forget(self._id)
        try:
            self._outbox.put(text_frame(last_message), self)
        except OutboxFull:
            self._carrier.close(too_slow())
