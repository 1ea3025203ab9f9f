"""uvicorn's WebSocket protocol, with a way past it for frames that are ready to be sent."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request
from websockets.protocol import State

from server.transport_ws.mailbox import Mailbox
from server.transport_ws.wire import EXTENSION, Source

# For what was written last, the close frame with it, to reach a client that still reads.
LINGER_SECONDS = 10.0


class WireProtocol(WebSocketsSansIOProtocol):
    """Is the `Wire` of its socket. Handshake, reading, pings and closing stay uvicorn's.

    Stands on the parts of uvicorn and websockets that `tests/server/test_uvicorn_protocol.py` names.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if config.ws_per_message_deflate:
            raise RuntimeError("Ready frames are not compressed: serve with ws_per_message_deflate=False.")
        super().__init__(config, server_state, app_state, _loop)
        self.queue = Mailbox()  # type: ignore[assignment]
        self.source: Source | None = None
        self._is_paused = False
        self._pongs = b""

    @property
    def is_open(self) -> bool:
        return self.conn.state is State.OPEN and not self.disconnected

    @property
    def is_writable(self) -> bool:
        return not self._is_paused and self.conn.state is State.OPEN and not self.disconnected

    @property
    def overhang(self) -> int:
        _, high_water = self.transport.get_write_buffer_limits()
        return max(0, self.transport.get_write_buffer_size() - high_water)

    @property
    def write(self) -> Callable[[bytes], None]:
        return self.transport.write

    def close(self, code: int, reason: str) -> None:
        """As uvicorn does it for `websocket.close`, but without waiting for the transport to be writable."""
        if not self.is_open:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._pause_source()
        if self.read_paused:
            # The client's own close frame ends the wait for it.
            self.read_paused = False
            self.transport.resume_reading()
        self._linger()

    def forget_handshake(self) -> None:
        # websockets' parser holds on to the request itself.
        self.request.headers.clear()
        del self.request, self.response
        self.scope["headers"] = []

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            # The application runs from the next turn of the loop on.
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse_handshake()
        if not self.is_open:
            # The client's close frame was answered, or a frame that is none.
            self._pause_source()

    def eof_received(self) -> None:
        # The transport closes once all is written, and no ping finds out any more whether that is ever read.
        super().eof_received()
        self._linger()

    def handle_ping(self) -> None:
        if self.is_writable or not self.is_open:
            super().handle_ping()
        else:
            # The last ping is the one to be answered (RFC 6455, section 5.5.3): who asks and does not read
            # costs no more.
            self._pongs = b"".join(self.conn.data_to_send()) or self._pongs

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._pause_source()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._is_paused = True
        self._pause_source()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_paused = False
        pongs, self._pongs = self._pongs, b""
        if pongs and self.is_open:
            self.transport.write(pongs)
        if self.source is not None:
            self.source.drain()

    def shutdown(self) -> None:
        if self.source is not None and self.is_open:
            self.source.flush()
        super().shutdown()
        self._pause_source()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._pause_source()
        self._linger()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._linger()

    def _refuse_handshake(self) -> None:
        """A request with more or longer headers than websockets reads, or with a body: uvicorn would neither
        send the answer to it nor ever close the connection."""
        self.handshake_complete = self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def _pause_source(self) -> None:
        if self.source is not None:
            self.source.pause()

    def _linger(self) -> None:
        """Cut the connection off in a while: a closed transport waits for ever for a peer that does not
        read, as TCP keeps asking whether it would (RFC 9293, section 3.8.6.1)."""
        if self.close_timer is None and not self.disconnected:
            self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
