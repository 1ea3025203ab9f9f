"""What waits to be sent on one socket: bounded, so that a client that stops reading costs no more."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MAX_WAITING_BYTES = 256 * 1024


class OutboxFull(Exception):
    """The client does not read; what it missed it can ask for again after its last cursor."""


class Outbox:
    def __init__(self, send: Callable[[str], Awaitable[None]], *, max_bytes: int = MAX_WAITING_BYTES) -> None:
        self._send = send
        self._max_bytes = max_bytes
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Raises OutboxFull."""
        if self._bytes + len(frame) > self._max_bytes and self._frames:
            raise OutboxFull
        self._frames.append(frame)
        self._bytes += len(frame)
        self._changed.set()

    async def drained(self) -> None:
        """Return once everything put so far has been handed to the socket."""
        while self._frames:
            self._changed.clear()
            await self._changed.wait()

    async def write(self) -> None:
        """Send until cancelled; the socket's own backpressure holds it up."""
        while True:
            while not self._frames:
                self._changed.clear()
                await self._changed.wait()
            frame = self._frames[0]
            await self._send(frame.decode())
            self._frames.popleft()
            self._bytes -= len(frame)
            self._changed.set()
