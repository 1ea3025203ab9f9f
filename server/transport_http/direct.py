"""A request that is here whole, and its answer, past ASGI (docs/decisions/0022-answers-past-asgi.md)."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, NamedTuple, NoReturn, Protocol

import structlog
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from server.transport_http.headers import Headers, by_name
from server.transport_http.json_answer import JsonAnswer, lines_of
from server.transport_http.request_id import HEADER, new_request_id

CLOSE = b"connection: close\r\n"
FAILED = b"Internal Server Error"
FAILED_LINES = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n" % len(FAILED)
REST_SECONDS = 0.2
NOBODY_WAITS = asyncio.Event()

log = structlog.get_logger()


class Post(NamedTuple):
    """A whole request by POST."""

    headers: Headers
    body: bytes
    scheme: str
    request_id: str


class DirectView(Protocol):
    """An ASGI application that also takes whole POSTs to its path."""

    path: bytes

    def answer(self, post: Post) -> Coroutine[Any, Any, JsonAnswer] | None:
        """What is to be run for it; None where ASGI's way is to be taken, and nothing has happened. What
        either raises is told as a bug of ours."""
        ...

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]: ...


class Exchange:
    """Stands where uvicorn has its RequestResponseCycle, with what its protocol reads and sets there, while a
    request is answered that does not need one."""

    __slots__ = ("disconnected", "keep_alive", "response_complete")
    message_event = NOBODY_WAITS

    def __init__(self, *, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.disconnected = self.response_complete = False


class DirectProtocol(HttpToolsProtocol):
    """uvicorn's, which hands a POST to the application's `direct` view, where there is one, once it is there
    to its end; and writes the answer by one call. All others go uvicorn's way: what comes in more than two
    pieces, comes before an earlier answer is written, or is left to ASGI by the view.

    Stands on the parts of uvicorn that `tests/server/test_uvicorn_http_protocol.py` names.
    """

    _ready: tuple[Any, bytes] = (None, b"")
    """uvicorn's own headers, such as the date, which it makes anew each second; for all connections."""
    _held: list[bytes] | None = None
    """The body, as far as it came, of a request that may be answered directly."""
    _rest: asyncio.TimerHandle | None = None
    """Waits for its rest."""
    _head: list[tuple[bytes, bytes]]
    """The request's headers."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._view: DirectView | None = getattr(self.app, "direct", None)
        self._path = self._view.path if self._view is not None else None
        if self._view is not None and (config.access_log or config.limit_concurrency or config.root_path):
            raise RuntimeError("Requests that are answered directly are neither logged, limited nor moved.")

    def data_received(self, data: bytes) -> None:
        was_held = self._held is not None
        super().data_received(data)
        if self._held is None:
            return
        if was_held:
            # As is right for what takes its time, or is large.
            self._go_by_asgi()
        else:
            # Many clients write head and body one after the other.
            self._rest = self.loop.call_later(REST_SECONDS, self._go_by_asgi)

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        if self._held is not None:
            # uvicorn waits for what it knows of.
            self._go_by_asgi()
        super().shutdown()

    def on_message_begin(self) -> None:
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        self._head = self.headers
        if self._may_be_direct():
            self._held = []
        else:
            self.begin_asgi()

    def on_chunk_header(self) -> None:
        # uvicorn takes what follows the last chunk for more of them: a proxy that sets or takes out headers
        # does not look there (RFC 9110, section 6.5.1).
        self.headers = self._head.copy()

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)

    def on_message_complete(self) -> None:
        if self._held is not None:
            if self._is_begun(b"".join(self._held)):
                self._let_go()
                return
            self._go_by_asgi()
        super().on_message_complete()

    def begin_asgi(self) -> None:
        """All that uvicorn does until a request's head is there, with what the head says."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = self._head
        super().on_headers_complete()

    def _may_be_direct(self) -> bool:
        return (
            self.url == self._path
            and self.parser.get_method() == b"POST"
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.expect_100_continue
            and not self.parser.should_upgrade()
        )

    def _go_by_asgi(self) -> None:
        body = self._let_go()
        if self.transport.is_closing():
            # What followed the head was no HTTP.
            return
        self.begin_asgi()
        if body:
            super().on_body(body)

    def _let_go(self) -> bytes:
        """What was held."""
        held, self._held = self._held or (), None
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        return b"".join(held)

    def _is_begun(self, body: bytes) -> bool:
        """Whether the view takes it."""
        view, scheme = self._view, self.scheme
        if view is None or scheme is None:
            return False
        post = Post(by_name(self._head), body, scheme, new_request_id())
        is_kept = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        try:
            coming = view.answer(post)
        except Exception as bug:
            # Told by the task too: here the parser is in the middle of what came, and goes on after it.
            coming = _raised(bug)
        if coming is None:
            return False
        exchange = Exchange(keep_alive=is_kept)
        self.cycle = exchange  # type: ignore[assignment]
        task = self.loop.create_task(self._finish(exchange, post.request_id, coming))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        return True

    async def _finish(
        self, exchange: Exchange, request_id: str, coming: Coroutine[Any, Any, JsonAnswer]
    ) -> None:
        try:
            answer = await coming
        except Exception:
            self._fail(exchange, request_id)
        except BaseException:
            self._fail(exchange, request_id)
            raise
        else:
            self._write(exchange, request_id, answer.status, answer.lines, answer.body)

    def _fail(self, exchange: Exchange, request_id: str) -> None:
        """To be called where an exception is handled."""
        log.exception("request failed", request_id=request_id, path=(self._path or b"").decode())
        exchange.keep_alive = False
        self._write(exchange, request_id, 500, FAILED_LINES, FAILED)

    def _write(self, exchange: Exchange, request_id: str, status: int, lines: bytes, body: bytes) -> None:
        """Unless the client has gone. Nothing was in the way when the request came, and nothing is written
        before its answer: so the transport takes it."""
        exchange.response_complete = True
        if exchange.disconnected or self.transport.is_closing():
            return
        close = b"" if exchange.keep_alive else CLOSE
        head = (STATUS_LINE[status], self._own_lines(), lines, HEADER, b": ", request_id.encode(), b"\r\n")
        self.transport.write(b"".join((*head, close, b"\r\n", body)))
        if close:
            self.transport.close()
        self.on_response_complete()

    def _own_lines(self) -> bytes:
        headers = self.server_state.default_headers
        made_of, lines = DirectProtocol._ready
        if made_of is not headers:
            lines = lines_of(headers)
            DirectProtocol._ready = headers, lines
        return lines


async def _raised(bug: Exception) -> NoReturn:
    raise bug
