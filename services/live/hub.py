"""One for each process: hears the bus, reads the event log once for everybody, and fans out.

The bus only says when to look. The log is also read every second, and whenever the bus comes back, so a
lost announcement, a restarted Redis or a cut connection delays a transition and never loses it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

import structlog

from services.ending_tasks import ended
from services.gateways.event_bus import ProgressTick
from services.gateways.redis_event_bus import Announcement, TransitionAnnounced, WorkAnnounced
from services.live.change import Change, ChangeSource
from services.live.event_log import LogRow, Position, horizon, read_settled
from services.live.follow import Follow
from services.live.follower import Follower, Listener
from services.live.production_changes import (
    ProductionChanges,
    ProductionProgress,
    ProductionStatusChange,
)
from services.live.publication_changes import PublicationChanges
from services.live.rights_watch import RightsWatch
from services.live.topics import Topics
from services.live.upload_changes import UploadChanges

log = structlog.get_logger()
LOOK_SECONDS = 1.0
# A reading may hang: a server that is gone without a word refuses nothing.
STALE_SECONDS = 4.0
# An older transaction that is still running holds back what is settled: most end within milliseconds.
HELD_BACK_SECONDS = (0.002, 0.004, 0.008, 0.016, 0.03)
FIRST_BACKOFF_SECONDS = 0.1
LAST_BACKOFF_SECONDS = 5.0
# What comes of a row, or of its subject, that a newer server wrote: a status of its own, other data.
NOT_UNDERSTOOD = (KeyError, TypeError, ValueError)
SOURCES: tuple[ChangeSource[Change], ...] = (
    ProductionChanges(),
    UploadChanges(),
    PublicationChanges(),
)


class Tap(Protocol):
    def tap(self) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Announcement]]]: ...


class LiveHub:
    def __init__(self, bus: Tap, *, look_seconds: float = LOOK_SECONDS) -> None:
        """`look_seconds` apart the log, and rights, are looked at whether anything was announced or not."""
        self._bus, self._look_seconds = bus, look_seconds
        self._progress = ProductionProgress()
        self._topics = Topics()
        self._rights = RightsWatch(self._topics, SOURCES)
        self._look = asyncio.Event()
        self._work = asyncio.Event()
        self._reached, self._cursor = Position(0, 0), ""
        self._tasks: list[asyncio.Task[None]] = []
        self._hears = False
        self._read_at = float("-inf")

    @property
    def is_healthy(self) -> bool:
        """Whether the bus is heard and the log was read just now."""
        return self._hears and time.monotonic() - self._read_at < STALE_SECONDS

    @property
    def followers(self) -> int:
        return sum(1 for _ in self._topics)

    async def start(self) -> None:
        """Needs the database; Redis may come later."""
        self._reach(await horizon())
        self._read_at = time.monotonic()
        loops = (self._hear(), self._read(), self._tend())
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self) -> None:
        await ended(*self._tasks)

    def follow(self, follow: Follow, listener: Listener) -> Follower:
        """From here on nothing is missed: what happens is kept until the follower has caught up."""
        follower = Follower(follow, listener, self._topics.remove)
        self._topics.add(follower)
        if follow.kind is ProductionChanges.kind:
            self._progress.join(follow.topic_id)
        # A present state is told up to now; ticks are told again once the log has been read as far.
        self._look.set()
        return follower

    async def work_announced(self, timeout_seconds: float) -> None:
        """Return when work was announced, or after the time-out."""
        with suppress(TimeoutError):
            # Not by wait_for: before Python 3.12 it forgets a cancellation when it has just got its result.
            async with asyncio.timeout(timeout_seconds):
                await self._work.wait()

    async def _hear(self) -> None:
        """Keep the tap open; after each gap have the log read."""
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            try:
                async with self._bus.tap() as announcements:
                    self._hears, backoff = True, FIRST_BACKOFF_SECONDS
                    self._look.set()
                    self._wake_workers()
                    async for together in announcements:
                        for announcement in together:
                            self._take(announcement)
            except Exception as error:
                log.warning("the event bus is not heard", error=type(error).__name__, again_in=backoff)
            self._hears = False
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    def _take(self, announcement: Announcement) -> None:
        if isinstance(announcement, ProgressTick):
            self._take_tick(announcement)
        elif isinstance(announcement, TransitionAnnounced):
            self._look.set()
        elif isinstance(announcement, WorkAnnounced):
            self._wake_workers()

    def _wake_workers(self) -> None:
        """Everybody who waits now is woken, and who waits later is not."""
        self._work.set()
        self._work = asyncio.Event()

    def _take_tick(self, tick: ProgressTick) -> None:
        if not self._topics.are_followed(ProductionChanges.kind, tick.production_id):
            return
        change = self._progress.change_of(tick, self._reached, self._cursor)
        if change is not None:
            self._tell(change)
        elif self._progress.unknown:
            self._look.set()

    async def _read(self) -> None:
        """Read the log on, when there is reason to and every second."""
        held_back, wait = 0, self._look_seconds
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._look.wait()
            self._look.clear()
            try:
                is_held_back = await self._read_on()
                await self._learn()
                self._read_at, wait = time.monotonic(), self._look_seconds
                if is_held_back:
                    wait = HELD_BACK_SECONDS[min(held_back, len(HELD_BACK_SECONDS) - 1)]
                held_back = held_back + 1 if is_held_back else 0
            except Exception as error:
                self._read_at, wait = float("-inf"), self._look_seconds
                log.warning("the event log could not be read", error=repr(error))

    async def _read_on(self) -> bool:
        """Fan out what was added; True when rows are held back by a running transaction."""
        while True:
            settled = await read_settled(self._reached)
            for change in await self._changes_of(settled.rows):
                self._reach(change.position)
                if isinstance(change, ProductionStatusChange):
                    self._progress.note(change)
                self._tell(change)
            self._reach(settled.reached)
            if not settled.has_more:
                return settled.is_held_back

    async def _changes_of(self, rows: Sequence[LogRow]) -> Sequence[Change]:
        """What rows tell their followers, in order."""
        found: list[Change] = []
        for source in SOURCES:
            kept = [row for row in rows if row.kind == source.kind]
            try:
                found += await self._changes_of_kind(source, kept)
            except NOT_UNDERSTOOD:
                for row in kept:
                    found += await self._change_of(source, row)
        return sorted(found, key=lambda change: change.position)

    async def _changes_of_kind(
        self, source: ChangeSource[Change], rows: Sequence[LogRow]
    ) -> Sequence[Change]:
        """Subjects and rights are read once for all."""
        topics = {source.topic_of(row) for row in rows}
        followed = {topic for topic in topics if self._topics.are_followed(source.kind, topic)}
        if not followed:
            return ()
        users = self._topics.users_of(source.kind, followed)
        return await source.changes_of([row for row in rows if source.topic_of(row) in followed], users)

    async def _change_of(self, source: ChangeSource[Change], row: LogRow) -> Sequence[Change]:
        """That of one row. Who would be told of one that is not understood is let go, to come back to a
        process that may understand it, and not told less than there is."""
        try:
            return await self._changes_of_kind(source, [row])
        except NOT_UNDERSTOOD:
            log.exception("a row of the event log is not understood", id=row.position.id)
        with suppress(*NOT_UNDERSTOOD):
            for _, followers in self._topics.followers_of(source.kind, source.topic_of(row)):
                for follower in followers:
                    follower.lag()
        return ()

    def _tell(self, change: Change) -> None:
        # That it may not be seen ends nothing here: who joined while rights were read was not asked about.
        for viewer, followers in self._topics.followers_of(change.kind, change.topic_id):
            if change.audience.includes(viewer):
                for follower in followers:
                    try:
                        follower.hear(change)
                    except Exception:
                        # Ours, and one follower's: it comes back after its last cursor, and the others go on.
                        log.exception("a follower failed", subject_id=change.subject_id)
                        follower.lag()

    def _reach(self, position: Position) -> None:
        self._reached, self._cursor = position, position.to_cursor()

    async def _learn(self) -> None:
        """Read of the productions whose ticks nobody could be told yet, and tell them."""
        while self._progress.unknown:
            users = self._topics.users_of(ProductionChanges.kind, self._progress.unknown)
            for tick in await self._progress.learn(self._reached, users):
                self._take_tick(tick)

    async def _tend(self) -> None:
        """Each second, what time alone may have changed: rights, and what productions are called."""
        while True:
            await asyncio.sleep(self._look_seconds)
            # Each by itself: what one cannot read must not keep from the other.
            for look in (self._refresh, self._rights.look):
                try:
                    await look()
                except Exception as error:
                    log.warning("rights could not be looked at", error=repr(error))

    async def _refresh(self) -> None:
        await self._progress.refresh(self._topics.users_of(ProductionChanges.kind, self._progress.ticked))
