"""Between an operation and the transport that carries its answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID


class Sink(Protocol):
    """One operation's way back to its client. None of these raises, and only `writable` waits: the transport
    holds a bounded number of bytes and ends a client that does not read."""

    def next(self, payload: bytes, tick_of: UUID | None = None) -> None:
        """A result as JSON. A tick of the same subject that still waits to be sent may be replaced by it."""
        ...

    async def writable(self) -> None:
        """Wait until little waits to be sent: whoever has a long past to tell is held up by its reader."""
        ...

    def complete(self) -> None:
        """There is no more."""
        ...

    def error(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """The operation was refused before its first result; nothing follows."""
        ...

    def lag(self) -> None:
        """More waits for this client than is kept for one; it may continue after its last cursor."""
        ...


class Running(Protocol):
    """An operation under way."""

    def stop(self) -> None:
        """The client wants no more of it, or has gone. Nothing reaches the sink from now on."""
        ...
