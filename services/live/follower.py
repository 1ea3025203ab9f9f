import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol
from uuid import UUID

from services.live.change import Change
from services.live.follow import Follow

MAX_WAITING = 1000


class Listener(Protocol):
    """Who is told of changes."""

    def take(self, change: Change) -> None:
        """Told in order, while things happen; neither waits nor raises."""
        ...

    async def tell(self, change: Change) -> None:
        """Told in order, of what has happened; returns when the next may be told."""
        ...

    def lag(self) -> None:
        """More waits than is kept for one; it may follow again after its last cursor."""
        ...

    def end(self) -> None:
        """The viewer may not see it any more; nothing follows."""
        ...


class Follower:
    """One listener's place: what it was told, and what waits for it while it catches up.

    It is registered before it catches up, so that nothing falls between; what it then hears twice it tells
    once. Transitions are told in the log's order, and a tick only of the transition told last.
    """

    __slots__ = (
        "_has_begun",
        "_is_over",
        "_is_past_all",
        "_leave",
        "_told",
        "_waiting",
        "follow",
        "listener",
    )

    def __init__(self, follow: Follow, listener: Listener, leave: Callable[["Follower"], None]) -> None:
        self.follow, self.listener, self._leave = follow, listener, leave
        self._has_begun = self._is_over = False
        # Once something new was told of the one thing that is followed, all that is heard of it is new.
        self._is_past_all = False
        self._told: dict[UUID, tuple[int, int]] = {}
        self._waiting: dict[object, Change] | None = {}

    @property
    def has_caught_up(self) -> bool:
        return self._waiting is None

    @property
    def has_begun(self) -> bool:
        """Whether it was found that the viewer may follow this: until then `past` says that they may not."""
        return self._has_begun or self.has_caught_up

    async def catch_up(self) -> None:
        """Tell the past, then what happened meanwhile; from then on `hear` tells at once."""
        async with aclosing(self.follow.past()) as past:
            async for change in past:
                if self._is_over:
                    return
                self._has_begun = True
                if self.follow.after is None:
                    self._told[change.subject_id] = (change.sequence, change.progress_percent)
                await self._tell(change)
        while self._waiting and not self._is_over:
            change = self._waiting.pop(next(iter(self._waiting)))
            if self._is_news(change):
                await self._tell(change)
        self._waiting = None

    def hear(self, change: Change) -> None:
        """Something happened that the viewer may see: tell it, or keep it until the past is told."""
        if self._is_over or not self.follow.wants(change):
            return
        if self._waiting is not None:
            self._keep(change, self._waiting)
        elif self._is_past_all or self._is_news(change):
            self.listener.take(change)

    def end(self) -> None:
        """The viewer may not follow this any longer."""
        if not self._is_over:
            self.leave()
            self.listener.end()

    def lag(self) -> None:
        """There is more to tell than can be told here."""
        self.leave()
        self.listener.lag()

    def leave(self) -> None:
        """Hear no more."""
        self._is_over = True
        self._leave(self)

    async def _tell(self, change: Change) -> None:
        await self.listener.tell(change)
        # A listener that is always ready never waits: a long past would hold up everybody else.
        await asyncio.sleep(0)

    def _keep(self, change: Change, waiting: dict[object, Change]) -> None:
        """A newer tick or a transition of the same subject makes a waiting tick old news."""
        waiting.pop(change.subject_id, None)
        waiting[change.subject_id if change.is_tick else change.position] = change
        if len(waiting) > MAX_WAITING:
            self.lag()

    def _is_news(self, change: Change) -> bool:
        """Whether it goes beyond the past that was told."""
        if change.is_tick:
            told = self._told.get(change.subject_id, (0, 0))
            is_news = (
                change.position >= self.follow.floor and (change.sequence, change.progress_percent) > told
            )
        else:
            is_news = change.position > self.follow.floor
        if is_news and self._waiting is None and change.subject_id == self.follow.topic_id:
            self._is_past_all, self._told = True, {}
        return is_news
