"""What waits to be written into one response: bounded, so that a client that stops reading costs no more."""

import asyncio
from collections import OrderedDict
from itertools import count
from uuid import UUID

MAX_WAITING_BYTES = 256 * 1024


class Outbox:
    def __init__(self, max_bytes: int = MAX_WAITING_BYTES) -> None:
        self._max_bytes = max_bytes
        self._waiting: OrderedDict[UUID | int, bytes] = OrderedDict()
        self._numbers = count()
        self._is_closed = False
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self.waiting_bytes = 0

    def put(self, chunk: bytes, tick_of: UUID | None = None) -> bool:
        """Whether there was room. A tick takes the place of the one of the same subject that still waits, at
        the end of the line: what came between them stays before it."""
        if self._is_closed:
            return True
        key = next(self._numbers) if tick_of is None else tick_of
        self.waiting_bytes -= len(self._waiting.pop(key, b""))
        if self._waiting and self.waiting_bytes + len(chunk) > self._max_bytes:
            return False
        self._waiting[key] = chunk
        self.waiting_bytes += len(chunk)
        self._changed.set()
        return True

    def put_if_empty(self, chunk: bytes) -> None:
        if not self._waiting:
            self.put(chunk)

    def close(self, last: bytes) -> None:
        """The last chunk, for which there is always room; whatever is put after it is dropped."""
        if not self._is_closed:
            self._waiting[next(self._numbers)] = last
            self.waiting_bytes += len(last)
            self._is_closed = True
            self._changed.set()

    async def empty(self) -> None:
        """Return once nothing waits any more."""
        while self._waiting:
            self._taken.clear()
            await self._taken.wait()

    @property
    def is_done(self) -> bool:
        return self._is_closed and not self._waiting

    async def take(self) -> bytes:
        """The chunk that has waited longest."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        _, chunk = self._waiting.popitem(last=False)
        self.waiting_bytes -= len(chunk)
        self._taken.set()
        return chunk
