import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from graphql import GraphQLError

from schema.following import Following
from server.operations.sink import Sink
from server.operations.streams import PlainStream, Stream
from services.live import Change, Follower


class Watching:
    """An operation under way. Until a subscription has caught up a task runs for it; then it only waits."""

    __slots__ = ("_follower", "_is_over", "_leave", "_sink", "_stream", "_task")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._task: asyncio.Task[None] | None = None
        self._follower: Follower | None = None
        self._stream: Stream | PlainStream | None = None
        self._leave: Callable[[], None] | None = None
        self._is_over = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._forget)

    def watch(
        self, following: Following[Any], stream: Stream | PlainStream, leave: Callable[[], None]
    ) -> None:
        """Be told of what is followed, in the words of a stream, which is left at the end."""
        self._stream, self._leave = stream, leave
        self._follower = following.hub.follow(following.follow, self)

    async def catch_up(self) -> None:
        if self._follower is not None:
            await self._follower.catch_up()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._close()

    def refuse(self, errors: Sequence[GraphQLError]) -> None:
        if self._close():
            self._sink.error([dict(error.formatted) for error in errors])

    def finish(self, payload: bytes) -> None:
        """The last or only result."""
        if self._close():
            self._sink.next(payload)
            self._sink.complete()

    def take(self, change: Change) -> None:
        if self._stream is not None:
            self._stream.tell(change, self)

    async def tell(self, change: Change) -> None:
        await self._sink.writable()
        if self._stream is not None:
            self.send(await self._stream.payload(change), change)

    def send(self, payload: bytes, change: Change) -> None:
        if not self._is_over:
            self._sink.next(payload, change.subject_id if change.is_tick else None)

    def lag(self) -> None:
        if self._close():
            self._sink.lag()

    def end(self) -> None:
        if self._close():
            self._sink.complete()

    def _close(self) -> bool:
        """Hear no more; False when it was over before."""
        if self._is_over:
            return False
        self._is_over = True
        if self._follower is not None:
            self._follower.leave()
        if self._leave is not None:
            self._leave()
        self._follower = self._stream = self._leave = None
        return True

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._task = None
