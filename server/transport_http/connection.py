"""What is to be known of a connection, and for which ASGI has no words."""

import socket
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from server.transport_http.heads import HeadLimitProtocol

EXTENSION = "airdate.connection"
VANISHED_AFTER_MS = 30_000


class StreamableProtocol(HeadLimitProtocol):
    """The same, which also cuts a connection, at once when the server shuts down: a response that just ends
    is one that is complete to most clients, and uvicorn waits for open ones until its patience ends. (Its
    pull request 2829, "http.disconnect on shutting down", is not in 0.54.)"""

    _is_streaming = False
    _is_shutting_down = False

    def begin_asgi(self) -> None:
        super().begin_asgi()
        # The application runs from the next turn of the loop on.
        self.scope["extensions"] = {EXTENSION: {"protocol": self, "cycle": self.cycle}}

    def shutdown(self) -> None:
        super().shutdown()
        self._is_shutting_down = True
        if self._is_streaming:
            self.cut()

    def begin_stream(self) -> None:
        self._is_streaming = True
        if self._is_shutting_down:
            self.cut()
        if self.transport.is_closing():
            return
        # Linux else tries for a quarter of an hour to reach a peer that is gone without a word (tcp(7)).
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        peer = self.transport.get_extra_info("socket")
        if option is not None and peer is not None and peer.family != socket.AF_UNIX:
            peer.setsockopt(socket.IPPROTO_TCP, option, VANISHED_AFTER_MS)

    def end_stream(self) -> None:
        self._is_streaming = False

    def cut(self) -> None:
        """Close without the end of the response, and forget what the client has not read."""
        self.transport.abort()


def has_come_whole(scope: Mapping[str, Any]) -> bool:
    """Whether a request's body is here to its end, so that `receive` does not wait; False where a server that
    is not ours does not say."""
    extension = scope.get("extensions", {}).get(EXTENSION)
    return extension is not None and not extension["cycle"].more_body


@contextmanager
def streaming(scope: MutableMapping[str, Any]) -> Iterator[Callable[[], None] | None]:
    """While the response goes on; what cuts it, or None under a server that is not ours."""
    extension = scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        yield None
        return
    protocol: StreamableProtocol = extension["protocol"]
    protocol.begin_stream()
    try:
        yield protocol.cut
    finally:
        protocol.end_stream()
