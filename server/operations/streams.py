"""One execution of each event for all who asked the same, in the same words, with the same rights."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Protocol
from uuid import UUID

import structlog
from graphql import Executor, execute_subscription_event

from schema.context import Context
from schema.following import Following
from server.errors import TellingSchema
from server.operations.caller import Caller
from server.operations.payload import payload_of
from server.operations.projection import Projection
from server.outage import is_outage
from services.live import Change

log = structlog.get_logger()
MAX_WAITING = 1000
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 0.05, 1.0


class Watcher(Protocol):
    """One who is told of a stream's events."""

    def send(self, payload: bytes, change: Change) -> None: ...

    def lag(self) -> None: ...


class Stream:
    """Executes each event once for all its watchers, in order: an event waits for those before it, and of the
    ticks of one subject that wait only the newest is executed."""

    def __init__(
        self, schema: TellingSchema, executor: Executor[Any], following: Following[Any], caller: Caller
    ) -> None:
        self._schema, self._executor, self._following = schema, executor, following
        self._caller = caller
        self._events: deque[_Event] = deque()
        self._ticks: dict[UUID, _Event] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether events wait, which later ones must not overtake."""
        return self._task is not None

    def tell(self, change: Change, watcher: Watcher) -> None:
        """Have a watcher told of a change; those that are told of the same one share its execution."""
        last = self._events[-1] if self._events else None
        if last is not None and last.change is change:
            last.watchers.append(watcher)
            return
        if len(self._events) >= MAX_WAITING:
            watcher.lag()
            return
        event = _Event(change, [watcher])
        waiting = self._ticks.pop(change.subject_id, None)
        if waiting is not None:
            self._events.remove(waiting)
        if change.is_tick:
            self._ticks[change.subject_id] = event
        self._events.append(event)
        if self._task is None:
            self._task = asyncio.create_task(self._execute_all())

    async def payload(self, change: Change) -> bytes:
        """The result for one event, executed for whoever asks. While the database is away it is waited for: a
        transition is told whole, and those after it keep."""
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            context: Context = self._caller.context()
            executor = self._executor.build_per_event_executor(self._following.event_of(change))
            executor.context_value = context
            executed = execute_subscription_event(executor)
            result = await executed if isawaitable(executed) else executed
            if not any(map(is_outage, result.errors or ())):
                self._schema.tell(result.errors or [], context.request_id)
                return payload_of(result)
            log.warning("an event waits for the database", subject_id=change.subject_id)
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    async def _execute_all(self) -> None:
        while self._events:
            event = self._events.popleft()
            if self._ticks.get(event.change.subject_id) is event:
                del self._ticks[event.change.subject_id]
            try:
                payload = await self.payload(event.change)
            except Exception:
                log.exception("an event could not be executed", subject_id=event.change.subject_id)
                for watcher in event.watchers:
                    watcher.lag()
                continue
            for watcher in event.watchers:
                _send(watcher, payload, event.change)
        self._task = None


def _send(watcher: Watcher, payload: bytes, change: Change) -> None:
    try:
        watcher.send(payload, change)
    except Exception:
        # Ours, and one watcher's: it comes back after its last cursor, and the others go on.
        log.exception("a watcher could not be told", subject_id=change.subject_id)
        watcher.lag()


class PlainStream:
    """A stream of nothing but attributes: a function of the event, called once and at once."""

    __slots__ = ("_careful", "_change", "_following", "_new_careful", "_payload", "_projection")

    def __init__(
        self, projection: Projection, following: Following[Any], new_careful: Callable[[], Stream]
    ) -> None:
        """`new_careful` makes the stream that words what the projection cannot; few ever need it."""
        self._projection, self._following, self._new_careful = projection, following, new_careful
        self._careful: Stream | None = None
        self._change: Change | None = None
        self._payload: bytes | None = None

    def tell(self, change: Change, watcher: Watcher) -> None:
        if change is not self._change:
            self._change, self._payload = change, self._projected(change)
        if self._payload is None or (self._careful is not None and self._careful.is_busy):
            self._worded_carefully().tell(change, watcher)
        else:
            watcher.send(self._payload, change)

    async def payload(self, change: Change) -> bytes:
        """The result for one event, made for whoever asks."""
        return self._projected(change) or await self._worded_carefully().payload(change)

    def _worded_carefully(self) -> Stream:
        if self._careful is None:
            self._careful = self._new_careful()
        return self._careful

    def _projected(self, change: Change) -> bytes | None:
        """None where graphql-core is to word an error, in its place, with what can be told beside it."""
        try:
            return self._projection.payload_of(self._following.event_of(change))
        except Exception:
            return None


@dataclass(slots=True, eq=False)
class _Event:
    change: Change
    watchers: list[Watcher] = field(default_factory=list)


class Streams:
    """Those that are watched now."""

    def __init__(self) -> None:
        self._streams: dict[Hashable, tuple[Stream | PlainStream, int]] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def join(self, key: Hashable, new: Stream | PlainStream) -> Stream | PlainStream:
        """The stream of that key, or else `new` from now on; to be left as often as it was joined."""
        stream, count = self._streams.get(key, (new, 0))
        self._streams[key] = stream, count + 1
        return stream

    def leave(self, key: Hashable) -> None:
        stream, count = self._streams.pop(key)
        if count > 1:
            self._streams[key] = stream, count - 1
