"""Reads the event queue: long polls, records each message, and deletes it once that is committed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

from services.ending_tasks import heed_cancellation
from services.gateways.event_queue import EventQueue, QueuedMessage, QueueUnusable
from services.rendering.render_events import MalformedEvent

log = structlog.get_logger()
HIDDEN_SECONDS = 60
GRACE_SECONDS = 5.0
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 1.0, 60.0
FIRST_RETURN_SECONDS, LAST_RETURN_SECONDS = 5, 900


class EventQueueReader:
    """`receive` records one body: it raises MalformedEvent for what will never be an event, and anything else
    for what must come again. Several readers may read one queue."""

    def __init__(
        self,
        queue: EventQueue,
        receive: Callable[[bytes], Awaitable[object]],
        *,
        hidden_seconds: int = HIDDEN_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._queue = queue
        self._receive = receive
        self._hidden_seconds = hidden_seconds
        self._grace_seconds = grace_seconds
        self._is_readable = False

    async def run(self) -> None:
        """Read until cancelled. What is in hand then is finished, or given back after the grace period."""
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            is_all_done = False
            try:
                is_all_done = await self._read()
            except QueueUnusable as error:
                self._is_readable = False
                log.error("the event queue cannot be read", problem=error.problem, error=str(error))
            except Exception:
                log.exception("reading the event queue failed")
            else:
                backoff = FIRST_BACKOFF_SECONDS
            heed_cancellation()
            if is_all_done:
                continue
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    async def _read(self) -> bool:
        messages = await self._queue.receive(hidden_seconds=self._hidden_seconds)
        if not self._is_readable:
            self._is_readable = True
            log.info("the event queue is read")
        return await self._handle_all(messages)

    async def _handle_all(self, messages: Sequence[QueuedMessage]) -> bool:
        """Side by side; False when one of them must come again."""
        tasks = {asyncio.create_task(self._handle(message)): message for message in messages}
        if not tasks:
            return True
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            _, unfinished = await asyncio.wait(tasks, timeout=self._grace_seconds)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
            for task in unfinished:
                await self._hide(tasks[task], 0)
            raise
        return all(task.result() for task in tasks)

    async def _handle(self, message: QueuedMessage) -> bool:
        told = log.bind(message_id=message.id, times_received=message.times_received)
        try:
            async with self._kept_hidden(message):
                # What is no Unicode is left for the reading to refuse.
                await self._receive(message.body.encode(errors="surrogatepass"))
        except MalformedEvent as error:
            # It comes again until SQS moves it to the dead letter queue, where a person can look at it.
            told.error("malformed message left for the dead letter queue", error=str(error))
            return True
        except Exception:
            told.exception("event not recorded; it comes again")
            await self._hide(message, seconds_until_return(message.times_received))
            return False
        try:
            await self._queue.delete(message)
        except QueueUnusable as error:
            told.warning("recorded message not deleted; it comes again and changes nothing", error=str(error))
        return True

    @asynccontextmanager
    async def _kept_hidden(self, message: QueuedMessage) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep_hidden(message))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait({keeper})

    async def _keep_hidden(self, message: QueuedMessage) -> None:
        while True:
            # One of these may fail, and the next still comes in time.
            await asyncio.sleep(self._hidden_seconds / 3)
            await self._hide(message, self._hidden_seconds)

    async def _hide(self, message: QueuedMessage, seconds: int) -> None:
        try:
            await self._queue.hide(message, seconds=seconds)
        except QueueUnusable as error:
            log.warning("message not hidden for longer", message_id=message.id, error=str(error))


def seconds_until_return(times_received: int) -> int:
    """How long a message that could not be recorded stays away: twice as long each time, so that the ten
    receives of our dead letter rule outlast half an hour without a database."""
    return min(FIRST_RETURN_SECONDS << min(times_received - 1, 10), LAST_RETURN_SECONDS)
