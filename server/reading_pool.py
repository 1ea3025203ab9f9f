"""Connections that plans read by: a list of idle ones and a line of those who wait."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from server.reading_session import ReadingSession

log = structlog.get_logger()
ACQUIRE_SECONDS = 10.0
RELEASE_SECONDS = 2.0
CLOSE_SECONDS = 10.0
LOOK_SECONDS = 0.5
IDLE_SECONDS = 300.0
# What PostgreSQL keeps for a session only grows.
LIFE_SECONDS = 3600.0

Open = Callable[[], Awaitable[ReadingSession]]
"""Opens a connection, in bounded time."""
Waiter = asyncio.Future[ReadingSession]


class ReadingPool:
    """asyncpg's own pool takes a queue, two coroutines, a proxy and two timers to hand out a connection. Here
    it is a `pop` and an `append`, with no await in between. Whatever takes longer, to open, to recover and to
    look after them, is done by the pool itself: a reader who is cancelled leaves nothing half done.

    The one used last is taken first, so that those which are not needed grow old at the front. A connection
    is idle, with a reader, or recovering. Who waits is served by the first that comes, given back or
    opened."""

    def __init__(self, open: Open, *, least: int, most: int, patience: float | None) -> None:
        """It opens none before one is wanted, keeps `least` once there are as many, and has `most` at most. A
        statement may take `patience` seconds, where that is not None."""
        self._open, self._least, self._most, self._patience = open, least, most, patience
        self._loop = asyncio.get_running_loop()
        self._idle: list[ReadingSession] = []
        self._waiters: deque[tuple[float, Waiter]] = deque()
        self._sessions: set[ReadingSession] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._recovering: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] | None = None

    @property
    def size(self) -> int:
        """How many connections there are."""
        return len(self._sessions)

    @property
    def idle_size(self) -> int:
        """How many of them nobody has."""
        return len(self._idle)

    def idle(self) -> ReadingSession | None:
        """One that is there; else `wait` is next. It has to be given back."""
        idle = self._idle
        while idle:
            session = idle.pop()
            if not session.is_closed():
                return session
            self._drop(session)
        return None

    async def wait(self) -> ReadingSession:
        """One that was given back or opened. Raises what the opening does, and TimeoutError after
        ACQUIRE_SECONDS."""
        if self._ended is not None:
            raise asyncpg.InterfaceError("the connections are being closed")
        waiter: Waiter = self._loop.create_future()
        waiting = self._loop.time(), waiter
        self._waiters.append(waiting)
        self._open_more()
        self._look_on()
        try:
            return await waiter
        except BaseException:
            self._leave(waiting)
            raise

    def give_back(self, session: ReadingSession) -> None:
        """At once, whatever became of its statements."""
        if session.asked_at is not None and not session.is_closed():
            self._recover(session)
        else:
            self._hand_on(session)

    def expire(self) -> None:
        """End those that are idle, and the others when they are given back."""
        for session in self._sessions:
            session.is_outlived = True
        idle, self._idle = self._idle, []
        for session in idle:
            self._drop(session)

    async def close(self) -> None:
        """End all. Who has one may finish, for CLOSE_SECONDS."""
        if self._ended is not None:
            return
        self._ended = self._loop.create_future()
        if self._look is not None:
            self._look.cancel()
        for _, waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(asyncpg.InterfaceError("the connections are being closed"))
        self._waiters.clear()
        for opening in self._opening:
            opening.cancel()
        self.expire()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*self._opening, return_exceptions=True)
                if self._sessions:
                    await self._ended
        except TimeoutError:
            log.warning("connections were ended with readers", count=len(self._sessions))
        finally:
            for session in list(self._sessions):
                self._drop(session)

    def _hand_on(self, session: ReadingSession) -> None:
        """To who has waited longest, or to nobody."""
        if session.is_outlived or session.is_closed() or self._ended is not None:
            self._drop(session)
            return
        while self._waiters:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(session)
                return
        session.idle_since = self._loop.time()
        self._idle.append(session)

    def _leave(self, waiting: tuple[float, Waiter]) -> None:
        """The line; what was handed to it in that moment goes on."""
        _, waiter = waiting
        if waiting in self._waiters:
            self._waiters.remove(waiting)
        elif not waiter.cancelled() and waiter.exception() is None:
            self._hand_on(waiter.result())

    def _open_more(self) -> None:
        """One for each who waits, as far as there is room."""
        wanted = min(len(self._waiters), self._most - len(self._sessions))
        while len(self._opening) < wanted:
            opening = asyncio.create_task(self._open_one())
            self._opening.add(opening)
            opening.add_done_callback(self._has_opened)

    async def _open_one(self) -> None:
        try:
            session = await self._open()
        except Exception as error:
            self._tell(error)
            return
        self._sessions.add(session)
        self._look_on()
        self._hand_on(session)

    def _has_opened(self, opening: asyncio.Task[None]) -> None:
        self._opening.discard(opening)
        self._open_more()

    def _tell(self, error: Exception) -> None:
        """Who has waited longest, as if they had opened it themselves."""
        while self._waiters:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(error)
                return
        log.info("a connection could not be opened", error=repr(error))

    def _recover(self, session: ReadingSession) -> None:
        session.asked_at = None
        recovering = asyncio.create_task(self._has_recovered(session))
        self._recovering.add(recovering)
        recovering.add_done_callback(self._recovering.discard)

    async def _has_recovered(self, session: ReadingSession) -> None:
        try:
            await session.reset(timeout=RELEASE_SECONDS)
        except Exception as error:
            log.info("a connection was given back broken", error=repr(error))
            self._drop(session)
        else:
            self._hand_on(session)

    def _drop(self, session: ReadingSession) -> None:
        session.terminate()
        self._sessions.discard(session)
        self._open_more()
        if self._ended is not None and not self._sessions and not self._ended.done():
            self._ended.set_result(None)

    def _look_on(self) -> None:
        """Now and then, while there is anything to look after. A timer for whoever waits, for each statement
        and for each idle connection would cost more than all the rest."""
        if self._look is None and (self._sessions or self._waiters) and self._ended is None:
            self._look = self._loop.call_later(LOOK_SECONDS, self._look_after)

    def _look_after(self) -> None:
        self._look = None
        now = self._loop.time()
        while self._waiters and self._waiters[0][0] + ACQUIRE_SECONDS <= now:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(TimeoutError("no connection came free in time"))
        if self._patience is not None:
            for session in list(self._sessions):
                if session.asked_at is not None and session.asked_at + self._patience <= now:
                    session.give_up()
        # Those at the front were given back first.
        while self.size > self._least and self._idle and self._idle[0].idle_since + IDLE_SECONDS <= now:
            self._drop(self._idle.pop(0))
        self._outlive(now - LIFE_SECONDS)
        self._look_on()

    def _outlive(self, opened_before: float) -> None:
        """One at a time, so that those which were opened together do not end together."""
        for session in self._sessions:
            if not session.is_outlived and session.opened_at <= opened_before:
                session.is_outlived = True
                if session in self._idle:
                    self._idle.remove(session)
                    self._drop(session)
                return
