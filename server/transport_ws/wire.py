"""What a socket is written on: the transport itself, past the ASGI server's queues and copies."""

from collections.abc import Callable
from typing import Protocol

EXTENSION = "airdate.wire"


class Source(Protocol):
    """Where the frames come from."""

    def pause(self) -> None:
        """The transport holds more than its high-water mark, or the socket has closed: write no more."""
        ...

    def drain(self) -> None:
        """The transport takes more again."""
        ...

    def flush(self) -> None:
        """The server is about to close the socket: now or never."""
        ...


class Wire(Protocol):
    """The ASGI server puts it into a WebSocket's `scope["extensions"]`, under EXTENSION."""

    source: Source | None
    """Is told from when it is set."""

    @property
    def is_open(self) -> bool:
        """Whether frames can be written: the handshake is done and neither side has closed."""
        ...

    @property
    def is_writable(self) -> bool:
        """Whether it is open, and the transport holds no more than its high-water mark."""
        ...

    @property
    def overhang(self) -> int:
        """How many bytes the transport holds above its high-water mark."""
        ...

    @property
    def write(self) -> Callable[[bytes], None]:
        """Takes whole frames with their headers, at once; to be called only while the wire is open. It may be
        kept until the source is told to pause."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Send a close frame behind what was written; the reader is told by `websocket.disconnect`. A client
        that does not answer in time is cut off. Nothing happens when it is not open."""
        ...

    def forget_handshake(self) -> None:
        """Let go of the request's headers, once the socket is accepted and they were read."""
        ...
