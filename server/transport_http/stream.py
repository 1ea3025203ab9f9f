"""A response that carries an operation's results for as long as it runs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from starlette.types import Receive, Scope, Send

from server.operations import Running, Sink
from server.transport_http.connection import streaming
from server.transport_http.encoding import Encoding, Errors
from server.transport_http.outbox import Outbox

HEARTBEAT_SECONDS = 12.0
CLOSING_SECONDS = 1.0
"""How long a client may take to read the last words: it has no right to be here any more."""

HEADERS = {
    # Neither kept nor compressed on the way, nor held back by nginx.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    "vary": "Accept, Authorization",
}


@dataclass(frozen=True)
class Farewell:
    """Why we end a running operation, and whether its client may come back with fresh headers."""

    errors: Errors
    may_return: bool


class StreamSink:
    """The Sink of one response. `ended` is set when it ends from our side: True by a cut, False by last words
    that are on their way."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self.outbox = Outbox()
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def next(self, payload: bytes, tick_of: UUID | None = None) -> None:
        if not self.outbox.put(self._encoding.next(payload), tick_of):
            self.lag()

    async def writable(self) -> None:
        await self.outbox.empty()

    def complete(self) -> None:
        self.outbox.close(self._encoding.completion)

    def error(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """As a result that has errors alone: the headers have promised a stream (GraphQL over SSE, distinct
        connections mode)."""
        self.next(orjson.dumps({"errors": errors}))
        self.complete()

    def lag(self) -> None:
        """A client that does not read would not read why either."""
        self._end(is_cut=True)

    def bid_farewell(self, farewell: Farewell) -> None:
        """End it with last words, or by a cut. What is put after them is dropped."""
        last = self._encoding.farewell(farewell.errors, may_return=farewell.may_return)
        if last is not None:
            self.outbox.close(last)
        self._end(is_cut=last is None)

    def _end(self, *, is_cut: bool) -> None:
        if not self.ended.done():
            self.ended.set_result(is_cut)


class StreamResponse:
    """Runs what `start` starts until it completes, its client goes, or we end it.

    `watch` is given the function that ends it with a farewell, and returns the one that ends the watching.
    """

    def __init__(
        self,
        encoding: Encoding,
        start: Callable[[Sink], Running],
        watch: Callable[[Callable[[Farewell], None]], Callable[[], None]],
    ) -> None:
        self._encoding, self._start, self._watch = encoding, start, watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sink = StreamSink(self._encoding)
        with streaming(scope) as cut:
            running = self._start(sink)
            stop_watching = self._watch(sink.bid_farewell)
            gone = asyncio.create_task(_gone(receive))
            written = asyncio.create_task(self._write(sink.outbox, send))
            try:
                if await _is_to_be_cut(sink.ended, gone, written) and cut is not None:
                    cut()
                    await gone
            finally:
                running.stop()
                stop_watching()
                for task in (gone, written):
                    task.cancel()
                await asyncio.gather(gone, written, return_exceptions=True)

    async def _write(self, outbox: Outbox, send: Send) -> None:
        """Everything until the last chunk; a client that reads slowly holds it up."""
        headers = {"content-type": self._encoding.content_type, **HEADERS}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": self._encoding.opening, "more_body": True})
        heart = Heart(lambda: outbox.put_if_empty(self._encoding.heartbeat))
        try:
            while not outbox.is_done:
                chunk = await outbox.take()
                await send({"type": "http.response.body", "body": chunk, "more_body": not outbox.is_done})
                heart.rest()
        finally:
            heart.stop()


class Heart:
    """Beats after `HEARTBEAT_SECONDS` of rest; one timer for a stream, whatever is sent in it."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._loop = asyncio.get_running_loop()
        self._rests_since = self._loop.time()
        self._timer = self._loop.call_later(HEARTBEAT_SECONDS, self._look)

    def rest(self) -> None:
        self._rests_since = self._loop.time()

    def stop(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        due = self._rests_since + HEARTBEAT_SECONDS
        if due <= self._loop.time():
            self._beat()
            due = self._loop.time() + HEARTBEAT_SECONDS
        self._timer = self._loop.call_at(due, self._look)


async def _is_to_be_cut(
    ended: asyncio.Future[bool], gone: asyncio.Task[None], written: asyncio.Task[None]
) -> bool:
    """Wait for the end; whether the client is still there and was not told all."""
    ends: set[asyncio.Future[Any]] = {ended, gone, written}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if ended.done() and not ended.result():
        await asyncio.wait({gone, written}, timeout=CLOSING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if written.done():
        written.result()
    return not (gone.done() or written.done())


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
