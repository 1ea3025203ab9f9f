from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from services.live import Change, Follow, LiveHub
from services.live.changes import changes

Event = TypeVar("Event")


class Following(AsyncIterable[Event], Generic[Event]):
    """What a subscription's resolver answers: what is followed, and how a change of it is worded.

    The server tells all who follow the same from one execution; iterated by itself it is one follower's.
    """

    def __init__(self, hub: LiveHub, follow: Follow, to_event: Callable[[Any], Event]) -> None:
        self.hub, self.follow, self._to_event = hub, follow, to_event

    def event_of(self, change: Change) -> Event:
        return self._to_event(change)

    async def __aiter__(self) -> AsyncGenerator[Event, None]:
        async with aclosing(changes(self.hub, self.follow)) as found:
            async for change in found:
                yield self.event_of(change)
