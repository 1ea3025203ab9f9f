import asyncio
from collections.abc import AsyncGenerator

from services.live.change import Change
from services.live.follow import Follow
from services.live.hub import LiveHub

MAX_WAITING = 1000


class FollowerTooSlow(Exception):
    """More waits for this follower than is kept for one; it may continue after its last cursor."""


class _Reader:
    """A listener that is read one change at a time; an exception or None is its last item."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Change | BaseException | None] = asyncio.Queue(MAX_WAITING)
        self._is_over = False

    def take(self, change: Change) -> None:
        if self._items.full():
            self.lag()
        elif not self._is_over:
            self._items.put_nowait(change)

    async def tell(self, change: Change) -> None:
        await self._items.put(change)

    def lag(self) -> None:
        self.finish(FollowerTooSlow("Too much has waited; continue after the last cursor."))

    def end(self) -> None:
        self.finish(None)

    def finish(self, last: BaseException | None) -> None:
        self._is_over = True
        while not self._items.empty():
            self._items.get_nowait()
        self._items.put_nowait(last)

    def watch(self, catching_up: asyncio.Task[None]) -> None:
        if not catching_up.cancelled() and catching_up.exception() is not None:
            self.finish(catching_up.exception())

    async def next(self) -> Change | None:
        item = await self._items.get()
        if isinstance(item, BaseException):
            raise item
        return item


async def changes(hub: LiveHub, follow: Follow) -> AsyncGenerator[Change, None]:
    """A follow's changes one by one, for a reader in this process, until they may not be seen any more.

    Raises FollowerTooSlow, and what `follow.past` raises.
    """
    reader = _Reader()
    follower = hub.follow(follow, reader)
    catching_up = asyncio.create_task(follower.catch_up())
    catching_up.add_done_callback(reader.watch)
    try:
        while (change := await reader.next()) is not None:
            yield change
    finally:
        catching_up.cancel()
        follower.leave()
