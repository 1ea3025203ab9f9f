"""One socket from its first frame to its last."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from starlette.types import Message, Receive

from server.operations import OperationRequest, Running, Sink
from server.transport_ws import frames
from server.transport_ws.closing import (
    INIT_TIMEOUT,
    INTERNAL_ERROR,
    INVALID,
    POLICY_VIOLATION,
    SUBSCRIBER_EXISTS,
    TOO_MANY_INITS,
    UNAUTHORIZED,
    Closing,
)
from server.transport_ws.operation import Operation, too_slow
from server.transport_ws.outbox import Outbox, OutboxFull
from server.transport_ws.rate import Rate
from server.transport_ws.ready_frames import NextFrames, text_frame
from server.transport_ws.wire import Wire

log = structlog.get_logger()
INIT_SECONDS = 10.0
MAX_OPERATIONS = 100
MESSAGES_PER_SECOND, MESSAGES_AT_ONCE = 50.0, 300.0


class Session(Protocol):
    """Somebody signed in on a socket."""

    def start(self, request: OperationRequest, sink: Sink) -> Running:
        """Begin one operation; it answers to the sink."""
        ...

    def watch(self, close: Callable[[Closing], None]) -> Callable[[], None]:
        """Have the socket closed once the credential is no longer good, until what is returned is called."""
        ...


class SignIn(Protocol):
    async def __call__(self, payload: Mapping[str, Any]) -> Session:
        """Raises Closing."""
        ...


class Connection:
    """One task reads. Nothing else of a socket runs: timers, operations and the wire call the rest."""

    __slots__ = (
        "_init_timer",
        "_is_closed",
        "_operations",
        "_rate",
        "_receive",
        "_session",
        "_sign_in",
        "_unwatch",
        "_wire",
        "next_frames",
        "outbox",
    )

    def __init__(self, wire: Wire, receive: Receive, sign_in: SignIn, next_frames: NextFrames) -> None:
        self._wire, self._receive, self._sign_in = wire, receive, sign_in
        self.next_frames = next_frames
        self._session: Session | None = None
        self._unwatch: Callable[[], None] | None = None
        self._init_timer: asyncio.TimerHandle | None = None
        self._operations: dict[str, Operation] = {}
        self._rate = Rate(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE)
        self._is_closed = False
        self.outbox = Outbox(wire)

    async def run(self) -> None:
        """Until either side closes. Whatever the socket started has been stopped when this returns."""
        self._wire.source = self.outbox
        self.outbox.drain()
        self._init_timer = asyncio.get_running_loop().call_later(INIT_SECONDS, self._init_is_due)
        try:
            while not self._is_closed:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    break
                await self._take(message)
        except Closing as closing:
            self.close(closing)
        except Exception:
            log.exception("socket failed")
            self.close(Closing(INTERNAL_ERROR, "Internal error"))
        finally:
            self._end()

    def close(self, closing: Closing) -> None:
        """The first reason to close is the one that counts."""
        if self._is_closed:
            return
        if closing.drops_what_waits:
            self.outbox.discard()
        else:
            self.outbox.flush()
        self._wire.close(closing.code, frames.close_reason(closing.reason))
        self._end()

    def forget(self, operation_id: str) -> None:
        """Its id is free again."""
        del self._operations[operation_id]

    def _end(self) -> None:
        self._is_closed = True
        self._wire.source = None
        if self._init_timer is not None:
            self._init_timer.cancel()
        if self._unwatch is not None:
            self._unwatch()
        self._unwatch = self._session = None
        operations, self._operations = self._operations, {}
        for operation in operations.values():
            self._stop(operation)
        self.outbox.discard()

    def _stop(self, operation: Operation) -> None:
        try:
            operation.stop()
        except Exception:
            log.exception("an operation could not be stopped")

    def _init_is_due(self) -> None:
        self.close(Closing(INIT_TIMEOUT, "Connection initialisation timeout"))

    async def _take(self, message: Message) -> None:
        if not self._rate.admits():
            raise Closing(POLICY_VIOLATION, "Too many messages")
        if message.get("text") is None:
            raise Closing(INVALID, "A message must be text")
        try:
            frame = frames.read_frame(message["text"])
        except frames.FrameInvalid as invalid:
            raise Closing(INVALID, str(invalid)) from invalid
        match frame:
            case frames.ConnectionInit():
                await self._init(frame)
            case frames.Ping():
                self._put(frame.pong)
            case frames.Subscribe():
                self._subscribe(frame)
            case frames.Complete():
                operation = self._operations.pop(frame.id, None)
                if operation is not None:
                    operation.stop()

    async def _init(self, frame: frames.ConnectionInit) -> None:
        if self._init_timer is None:
            raise Closing(TOO_MANY_INITS, "Too many initialisation requests")
        self._init_timer.cancel()
        self._init_timer = None
        session = await self._sign_in(frame.payload)
        if self._is_closed:
            return
        self._session = session
        self._unwatch = session.watch(self.close)
        self._put(frames.ACK)

    def _subscribe(self, frame: frames.Subscribe) -> None:
        if self._session is None:
            raise Closing(UNAUTHORIZED, "Unauthorized")
        if frame.id in self._operations:
            raise Closing(SUBSCRIBER_EXISTS, f"Subscriber for {frame.id} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            message = f"A connection runs at most {MAX_OPERATIONS} operations at once."
            extensions = {"code": "TOO_MANY_OPERATIONS", "requestId": secrets.token_hex(8)}
            error = {"message": message, "extensions": extensions}
            self._put(frames.error_frame(frame.id, [error]))
            return
        operation = Operation(frame.id, self)
        self._operations[frame.id] = operation
        operation.runs(self._session.start(frame.request, operation))

    def _put(self, message: bytes) -> None:
        try:
            self.outbox.put(text_frame(message))
        except OutboxFull:
            raise too_slow() from None
