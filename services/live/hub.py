"""One for each process: hears the bus, reads the event log once for everybody, and fans out.

The bus only says when to look. The log is also read every second, and whenever the bus comes back, so a
lost announcement, a restarted Redis or a cut connection delays a transition and never loses it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import Protocol
from uuid import UUID

import structlog

from models.statuses import StatusEventKind
from services.gateways.event_bus import ProgressTick
from services.gateways.redis_event_bus import Announcement, TransitionAnnounced, WorkAnnounced
from services.live.event_log import BATCH, Position, horizon, read_settled
from services.live.subscription import Subscription

log = structlog.get_logger()
LOOK_SECONDS = 1.0
HELD_BACK_SECONDS = 0.02
FIRST_BACKOFF_SECONDS = 0.1
LAST_BACKOFF_SECONDS = 5.0


class Tap(Protocol):
    def tap(self) -> AbstractAsyncContextManager[AsyncIterator[Announcement]]: ...


class LiveHub:
    def __init__(self, bus: Tap) -> None:
        self._bus = bus
        self._subscriptions: set[Subscription] = set()
        self._look = asyncio.Event()
        self._work = asyncio.Event()
        self._position: Position | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._hears = False
        self._reads = False

    @property
    def is_healthy(self) -> bool:
        """Whether the bus is heard and the log could be read the last time."""
        return self._hears and self._reads

    async def start(self) -> None:
        """Needs the database; Redis may come later."""
        self._position = await horizon()
        self._reads = True
        self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._read())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def registered(self, production_id: UUID | None = None) -> Iterator[Subscription]:
        """A subscription to one production, or to all; from inside on, nothing is missed."""
        subscription = Subscription(production_id)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def work_announced(self, timeout_seconds: float) -> None:
        """Return when work was announced, or after the time-out."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._work.wait(), timeout_seconds)

    async def _hear(self) -> None:
        """Keep the tap open; after each gap have the log read."""
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            try:
                async with self._bus.tap() as announcements:
                    self._hears, backoff = True, FIRST_BACKOFF_SECONDS
                    self._look.set()
                    self._wake_workers()
                    async for announcement in announcements:
                        self._take(announcement)
            except Exception as error:
                log.warning("the event bus is not heard", error=type(error).__name__, again_in=backoff)
            self._hears = False
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    def _take(self, announcement: Announcement) -> None:
        if isinstance(announcement, TransitionAnnounced):
            self._look.set()
        elif isinstance(announcement, WorkAnnounced):
            self._wake_workers()
        else:
            self._fan_out_tick(announcement)

    def _wake_workers(self) -> None:
        """Everybody who waits now is woken, and who waits later is not."""
        self._work.set()
        self._work = asyncio.Event()

    def _fan_out_tick(self, tick: ProgressTick) -> None:
        for subscription in self._subscriptions:
            if subscription.concerns(tick.production_id):
                subscription.put_tick(tick)

    async def _read(self) -> None:
        wait = LOOK_SECONDS
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), wait)
            self._look.clear()
            try:
                is_held_back = await self._read_on()
                self._reads, wait = True, HELD_BACK_SECONDS if is_held_back else LOOK_SECONDS
            except Exception as error:
                self._reads, wait = False, LOOK_SECONDS
                log.warning("the event log could not be read", error=repr(error))

    async def _read_on(self) -> bool:
        """Fan out what was added; True when rows are held back by a running transaction."""
        while True:
            rows, is_held_back = await read_settled(self._position or await horizon())
            for row in rows:
                for subscription in self._subscriptions:
                    if row.kind is StatusEventKind.PRODUCTION_STATUS and subscription.concerns(
                        row.subject_id
                    ):
                        subscription.put_transition(row)
                self._position = Position.of(row)
            if len(rows) < BATCH:
                return is_held_back
