"""The event bus over Redis, through broadcaster: three fixed channels, each subscribed once a process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import structlog
from broadcaster import Broadcast
from redis.exceptions import RedisError

from models.statuses import RenderPhase
from services.ending_tasks import ended
from services.gateways.event_bus import ProgressTick
from services.gateways.redis_announcer import RedisAnnouncer
from services.gateways.redis_broadcast_backend import RedisBroadcastBackend

log = structlog.get_logger()
PHASES = {phase.value: phase for phase in RenderPhase}


class BusLost(Exception):
    """The tap ran dry: the connection to Redis is gone, and what was announced since is unknown."""


@dataclass(frozen=True)
class TransitionAnnounced:
    pass


@dataclass(frozen=True)
class WorkAnnounced:
    pass


Announcement = TransitionAnnounced | WorkAnnounced | ProgressTick


class RedisEventBus:
    """Announcing never raises and never waits: Redis may be away, and nothing that matters is only there."""

    def __init__(self, url: str, *, channel_prefix: str = "airdate") -> None:
        self._url = url
        self._channels = {name: f"{channel_prefix}:{name}" for name in ("transitions", "progress", "work")}
        self._announcer = RedisAnnouncer(url)

    async def close(self) -> None:
        await self._announcer.close()

    async def announce_transition(self) -> None:
        self._announcer.put("transitions", self._channels["transitions"], b"{}")

    async def announce_work(self) -> None:
        self._announcer.put("work", self._channels["work"], b"{}")

    async def announce_progress(self, tick: ProgressTick) -> None:
        """The newest of a production is sent."""
        key = ("progress", tick.production_id)
        self._announcer.put(key, self._channels["progress"], orjson.dumps(tick._asdict(), default=str))

    @asynccontextmanager
    async def tap(self) -> AsyncIterator[AsyncIterator[Sequence[Announcement]]]:
        """What is announced while inside, together what came together. Entering raises when Redis is away;
        the iterator raises BusLost when it goes."""
        backend = RedisBroadcastBackend(self._url)
        broadcast = Broadcast(backend=backend)
        announcements: asyncio.Queue[Sequence[Announcement] | None] = asyncio.Queue()
        async with AsyncExitStack() as stack:
            # Not left to Broadcast.disconnect(): it raises what its listener died of and closes nothing.
            stack.push_async_callback(_closed, backend)
            await broadcast.connect()
            # The listener is watched because broadcaster itself lets it die unheard (its issue 144).
            listener: asyncio.Task[None] = broadcast._listener_task
            listener.add_done_callback(lambda _: announcements.put_nowait(None))
            stack.push_async_callback(_ended, listener)
            for name, channel in self._channels.items():
                subscriber = await stack.enter_async_context(broadcast.subscribe(channel))
                pump = asyncio.create_task(_pump(name, subscriber, announcements))
                stack.push_async_callback(_ended, pump)
            yield _drained(announcements)


async def _pump(
    name: str, subscriber: Any, announcements: asyncio.Queue[Sequence[Announcement] | None]
) -> None:
    while True:
        event = await subscriber.get()
        together = []
        for line in event.message.split("\n"):
            try:
                together.append(_read(name, line))
            except (ValueError, KeyError, TypeError) as error:
                # Another version of this server, or a stranger; the next message may well be one of ours.
                log.warning("announcement not understood", channel=name, error=repr(error))
        announcements.put_nowait(together)


async def _drained(
    announcements: asyncio.Queue[Sequence[Announcement] | None],
) -> AsyncIterator[Sequence[Announcement]]:
    while (together := await announcements.get()) is not None:
        yield together
    raise BusLost


async def _ended(task: asyncio.Task[None]) -> None:
    """What a listener died of has been told by BusLost."""
    with suppress(RedisError, OSError):
        await ended(task)


async def _closed(backend: RedisBroadcastBackend) -> None:
    """A connection that is gone cannot be closed politely."""
    with suppress(RedisError, OSError):
        await backend.disconnect()


@lru_cache(maxsize=10_000)
def _uuid(text: str) -> UUID:
    return UUID(text)


def _read(name: str, message: str) -> Announcement:
    if name == "transitions":
        return TransitionAnnounced()
    if name == "work":
        return WorkAnnounced()
    body = orjson.loads(message)
    phase = body["phase"]
    return ProgressTick(
        production_id=_uuid(str(body["production_id"])),
        sequence=int(body["sequence"]),
        progress_percent=int(body["progress_percent"]),
        phase=PHASES[phase] if phase else None,
        occurred_at=datetime.fromisoformat(body["occurred_at"]),
    )
