"""Publishes on Redis behind the back of whoever has something to announce."""

import asyncio
from collections.abc import Hashable
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.ending_tasks import ended

log = structlog.get_logger()
ANSWER_SECONDS = 2.0
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 0.05, 1.0
LAST_WORDS_SECONDS = 0.5
MAX_WAITING = 10_000


class RedisAnnouncer:
    """Nobody waits for it: a Redis that does not answer would hold up every mutation. What waits is one
    message for each key, the newest; beyond MAX_WAITING the oldest goes. It is sent once Redis is back."""

    def __init__(self, url: str) -> None:
        # Retrying is done here.
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._waiting: dict[Hashable, tuple[str, bytes]] = {}
        self._arrived = asyncio.Event()
        self._sent = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None

    def put(self, key: Hashable, channel: str, message: bytes) -> None:
        """To be sent soon; in place of what waits under the same key."""
        if key not in self._waiting and len(self._waiting) >= MAX_WAITING:
            self._waiting.pop(next(iter(self._waiting)))
        self._waiting[key] = channel, message
        self._arrived.set()
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())

    async def close(self) -> None:
        """What waits is sent if Redis answers at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                while self._waiting:
                    self._sent.clear()
                    await self._sent.wait()
        if self._sender is not None:
            await ended(self._sender)
        with suppress(Exception):
            await self._redis.aclose()

    async def _send(self) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            batch = dict(self._waiting)
            try:
                async with asyncio.timeout(2 * ANSWER_SECONDS):
                    await self._publish(batch)
            except Exception as error:
                log.warning("announcements wait", count=len(batch), error=type(error).__name__)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)
                continue
            backoff = FIRST_BACKOFF_SECONDS
            for key, message in batch.items():
                if self._waiting.get(key) is message:
                    del self._waiting[key]
            self._sent.set()

    async def _publish(self, batch: dict[Hashable, tuple[str, bytes]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for channel, message in batch.values():
                pipeline.publish(channel, message)
            await pipeline.execute()
