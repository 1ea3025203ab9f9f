"""Limits of what comes before a request's body, which uvicorn on httptools does not know."""

import asyncio

from server.transport_http.direct import DirectProtocol

MAX_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 30.0
REFUSAL = b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class HeadLimitProtocol(DirectProtocol):
    """The same, which also refuses a head that is too long or takes too long, and closes a connection on
    which no request comes: it would else keep whatever it is sent, for as long as it is not finished. So it
    would with what follows a body in chunks: where that is too long, it cuts the connection, as the answer
    may be on its way already."""

    _head_bytes = 0
    _reads_head = _reads_between = _has_begun = False
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Without a word, as a connection is that has been idle between two requests.
        self._patience = self.loop.call_later(self.timeout_keep_alive, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._has_begun = False
        super().data_received(data)
        # What came along with the end of an earlier request, or chunk, is not counted.
        if self._reads_between and not self._has_begun:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.abort()
        if not self._reads_head:
            if self.cycle is not None and self.cycle.response_complete:
                self._be_patient()
            return
        if not self._has_begun:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")
        elif self._patience is None:
            # Most heads come in one piece, and need no timer.
            self._patience = self.loop.call_later(HEAD_SECONDS, self._refuse, b"408 Request Timeout")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reads_head, self._has_begun, self._head_bytes = True, True, 0
        self._stop_waiting()

    def on_headers_complete(self) -> None:
        self._reads_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        super().on_chunk_header()
        # The last one's is followed by more headers.
        self._reads_between, self._has_begun, self._head_bytes = True, True, 0

    def on_body(self, body: bytes) -> None:
        self._reads_between = False
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        self._reads_between = False

    def _be_patient(self) -> None:
        """uvicorn waits for the next request no longer once anything has come, be it of a body whose request
        was answered without it: nothing would ever end such a connection."""
        # Others have a body that is held, or are a WebSocket by now.
        if self.timeout_keep_alive_task is None and self._held is None and self in self.connections:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: bytes) -> None:
        self._reads_head = False
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(REFUSAL % status)
            self.transport.close()
