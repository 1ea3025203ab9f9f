"""One socket from its first frame to its last."""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.transport_ws import frames
from server.transport_ws.outbox import Outbox, OutboxFull
from server.transport_ws.rate import Rate

log = structlog.get_logger()
INIT_SECONDS = 10.0
CLOSING_SECONDS = 2.0
MAX_OPERATIONS = 100
MESSAGES_PER_SECOND, MESSAGES_AT_ONCE = 50.0, 300.0

INVALID, UNAUTHORIZED, FORBIDDEN = 4400, 4401, 4403
SUBPROTOCOL_NOT_ACCEPTABLE, INIT_TIMEOUT = 4406, 4408
SUBSCRIBER_EXISTS, TOO_MANY_INITS = 4409, 4429
POLICY_VIOLATION, TRY_AGAIN_LATER = 1008, 1013


class Closing(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Session(Protocol):
    """Somebody signed in on a socket."""

    async def run(self, operation: frames.Subscribe, connection: "Connection") -> None:
        """Carry out one operation: put its frames, the last one of which is complete or error."""
        ...

    async def ended(self) -> Closing:
        """Wait until the credential is no longer good; how to close then."""
        ...


class SignIn(Protocol):
    async def __call__(self, payload: Mapping[str, Any]) -> Session:
        """Raises Closing."""
        ...


class Connection:
    def __init__(self, websocket: WebSocket, sign_in: SignIn) -> None:
        self._websocket = websocket
        self._sign_in = sign_in
        self._session: Session | None = None
        self._is_init_received = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._rate = Rate(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE)
        self.outbox = Outbox(websocket.send_text)
        self._closing: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until either side closes. Whatever the socket started has ended when this returns."""
        self._start(self._read())
        self._start(self.outbox.write())
        self._start(self._await_init())
        try:
            closing = await self._closing
            await self._close(closing)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self, closing: Closing) -> None:
        """The first reason to close is the one that counts."""
        if not self._closing.done():
            self._closing.set_result(closing)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A part of the socket's life; its failure is the end of the socket."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Closing as closing:
            self.close(closing)
        except (WebSocketDisconnect, ConnectionError, RuntimeError) as error:
            # Starlette raises RuntimeError for a send after the client went away.
            self.close(Closing(1006, type(error).__name__))
        except Exception:
            log.exception("socket failed")
            self.close(Closing(1011, "Internal error"))

    async def _close(self, closing: Closing) -> None:
        """Polite where the client still reads; the server's own time-outs end the others."""
        if closing.code == 1006:
            return
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect, ConnectionError):
            async with asyncio.timeout(CLOSING_SECONDS):
                if closing.code != TRY_AGAIN_LATER:
                    await self.outbox.drained()
                await self._websocket.close(closing.code, frames.close_reason(closing.reason))

    async def _await_init(self) -> None:
        await asyncio.sleep(INIT_SECONDS)
        if not self._is_init_received:
            raise Closing(INIT_TIMEOUT, "Connection initialisation timeout")

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise Closing(1006, "The client went away")
            if not self._rate.admits():
                raise Closing(POLICY_VIOLATION, "Too many messages")
            if message.get("text") is None:
                raise Closing(INVALID, "A message must be text")
            try:
                frame = frames.read_frame(message["text"])
            except frames.FrameInvalid as invalid:
                raise Closing(INVALID, str(invalid)) from invalid
            await self._take(frame)

    async def _take(self, frame: frames.Frame) -> None:
        match frame:
            case frames.ConnectionInit():
                await self._init(frame)
            case frames.Ping():
                self.put(frames.pong(frame.payload))
            case frames.Subscribe():
                self._subscribe(frame)
            case frames.Complete():
                operation = self._operations.pop(frame.id, None)
                if operation is not None:
                    operation.cancel()

    async def _init(self, frame: frames.ConnectionInit) -> None:
        if self._is_init_received:
            raise Closing(TOO_MANY_INITS, "Too many initialisation requests")
        self._is_init_received = True
        self._session = await self._sign_in(frame.payload)
        self.put(frames.ACK)
        self._start(self._until_credential_ends(self._session))

    async def _until_credential_ends(self, session: Session) -> None:
        raise await session.ended()

    def _subscribe(self, frame: frames.Subscribe) -> None:
        if self._session is None:
            raise Closing(UNAUTHORIZED, "Unauthorized")
        if frame.id in self._operations:
            raise Closing(SUBSCRIBER_EXISTS, f"Subscriber for {frame.id} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            message = f"A connection runs at most {MAX_OPERATIONS} operations at once."
            error = {"message": message, "extensions": {"code": "TOO_MANY_OPERATIONS"}}
            self.put(frames.error_frame(frame.id, [error]))
            return
        self._operations[frame.id] = self._start(self._session.run(frame, self))

    def finish(self, operation_id: str, last_frame: bytes) -> None:
        """Send an operation's last frame; its id is free again before the client can have read it."""
        self._operations.pop(operation_id, None)
        self.put(last_frame)

    def put(self, frame: bytes) -> None:
        """Raises Closing when the client does not read."""
        try:
            self.outbox.put(frame)
        except OutboxFull:
            raise Closing(TRY_AGAIN_LATER, "Too slow; continue after the last cursor") from None
