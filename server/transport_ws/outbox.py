"""What waits to be sent on one socket: bounded, so that a client that stops reading costs no more."""

import asyncio
import math
from collections.abc import Callable, Hashable
from itertools import islice
from uuid import UUID

from server.transport_ws.wire import Wire

MAX_WAITING_BYTES = 256 * 1024
WRITTEN_AT_ONCE = 64 * 1024


class OutboxFull(Exception):
    """The client does not read; what it missed it can ask for again after its last cursor."""


class Outbox:
    """Writes at once where the wire takes it, else holds frames in order until it does.

    What waits, with what the transport holds above its high-water mark, is at most `max_bytes`. A frame of
    more than a quarter of that counts as a quarter: one large answer does not end a socket by itself.
    """

    __slots__ = (
        "_bytes",
        "_largest_weight",
        "_max_bytes",
        "_number",
        "_readers",
        "_waiting",
        "_wire",
        "_write",
    )

    def __init__(self, wire: Wire, *, max_bytes: int = MAX_WAITING_BYTES) -> None:
        self._wire = wire
        # The wire's, while a frame may be written at once. It is at hand, as what costs here is to reach for
        # a thousand sockets' objects one after another, which no cache holds.
        self._write: Callable[[bytes], None] | None = None
        self._max_bytes, self._largest_weight = max_bytes, max_bytes // 4
        # Keyed by the operation and what a later frame would take the place of it by: the subject of a
        # tick; for all else a number of its own. A dict keeps the order, and an empty one is small.
        self._waiting: dict[tuple[Hashable, UUID | int], bytes] = {}
        self._bytes = self._number = 0
        self._readers: list[asyncio.Future[None]] | None = None

    def put(self, frame: bytes, operation: Hashable = None, tick_of: UUID | None = None) -> None:
        """Send a whole frame. One that waits, of the same operation and a tick of the same subject, gives way
        to it. Nothing happens when the wire is closed. Raises OutboxFull."""
        if self._write is not None:
            self._write(frame)
        elif self._wire.is_open:
            self._hold(frame, operation, tick_of)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits, and the next frame would be written at once."""
        return self._write is not None

    async def idle(self) -> None:
        """Return once nothing waits any more, be it because the wire has closed."""
        while self._wire.is_open and not self.is_idle:
            reader: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._readers = [*(self._readers or ()), reader]
            await reader

    def pause(self) -> None:
        """Hold what comes from now on."""
        self._write = None

    def drain(self) -> None:
        """Write what waits, until the transport is full again; if it is not, then what comes, too."""
        while self._waiting and self._wire.is_writable:
            self._wire.write(self._take(WRITTEN_AT_ONCE))
        if not self._waiting and self._wire.is_writable:
            self._write = self._wire.write
            self._wake_readers()

    def flush(self) -> None:
        """Give the transport all that waits, however much it holds: the socket is about to be closed."""
        if self._waiting and self._wire.is_open:
            self._wire.write(self._take(math.inf))
        self._wake_readers()

    def discard(self) -> None:
        """Forget all that waits; the socket is at its end."""
        self._write = None
        self._waiting, self._bytes = {}, 0
        self._wake_readers()

    def discard_operation(self, operation: Hashable) -> None:
        """Forget what waits of an operation that nobody wants any more: its id may soon be another's."""
        for key in [key for key in self._waiting if key[0] is operation]:
            self._bytes -= self._weight(self._waiting.pop(key))

    def _hold(self, frame: bytes, operation: Hashable, tick_of: UUID | None) -> None:
        if tick_of is None:
            self._number += 1
        key = (operation, self._number if tick_of is None else tick_of)
        # Out of its place: a transition put since must be sent before the newer tick.
        replaced = self._waiting.pop(key, None)
        if replaced is not None:
            self._bytes -= self._weight(replaced)
        weight = self._weight(frame)
        if min(self._wire.overhang, self._largest_weight) + self._bytes + weight > self._max_bytes:
            raise OutboxFull
        self._waiting[key] = frame
        self._bytes += weight

    def _weight(self, frame: bytes) -> int:
        return min(len(frame), self._largest_weight)

    def _take(self, at_least: float) -> bytes:
        """The first frames, of so many bytes together if there are as many."""
        taken: list[bytes] = []
        size = 0
        for frame in self._waiting.values():
            taken.append(frame)
            size += len(frame)
            self._bytes -= self._weight(frame)
            if size >= at_least:
                break
        self._waiting = dict(islice(self._waiting.items(), len(taken), None))
        return b"".join(taken)

    def _wake_readers(self) -> None:
        readers, self._readers = self._readers or (), None
        for reader in readers:
            if not reader.done():
                reader.set_result(None)
