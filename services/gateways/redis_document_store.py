"""Documents in Redis, so that what one process was told every other one knows, and itself after a restart."""

import time

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger()
PATIENCE_SECONDS = 0.25
DAY_SECONDS = 24 * 60 * 60
MOST_KEPT = 4096
"""Whoever may ask may also fill the store: so it holds a number of documents, the ones used last."""


class RedisDocumentStore:
    """Short of patience, since a request waits: a document not found only costs its client a repetition."""

    def __init__(self, url: str, *, key_prefix: str = "airdate", most_kept: int = MOST_KEPT) -> None:
        self._document, self._by_use = f"{key_prefix}:document:", f"{key_prefix}:documents"
        self._most_kept = most_kept
        # Tried again once: after a restart of Redis the first command meets the connection that is gone.
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )

    async def close(self) -> None:
        await self._redis.aclose()

    async def find(self, sha256: str) -> str | None:
        try:
            async with self._redis.pipeline(transaction=False) as commands:
                commands.getex(self._document + sha256, ex=DAY_SECONDS)
                commands.zadd(self._by_use, {sha256: time.time()}, xx=True)
                text, _ = await commands.execute()
        except (RedisError, OSError) as error:
            log.warning("document not looked up", error=type(error).__name__)
            return None
        return text.decode(errors="replace") if text is not None else None

    async def keep(self, sha256: str, text: str) -> None:
        try:
            async with self._redis.pipeline() as commands:
                commands.set(self._document + sha256, text, ex=DAY_SECONDS)
                commands.zadd(self._by_use, {sha256: time.time()})
                commands.expire(self._by_use, DAY_SECONDS)
                commands.zrange(self._by_use, 0, -self._most_kept - 1)
                *_, longest_unused = await commands.execute()
            if longest_unused:
                await self._forget([name.decode() for name in longest_unused])
        except (RedisError, OSError) as error:
            log.warning("document not kept", error=type(error).__name__)

    async def _forget(self, hashes: list[str]) -> None:
        async with self._redis.pipeline() as commands:
            commands.unlink(*(self._document + sha256 for sha256 in hashes))
            commands.zrem(self._by_use, *hashes)
            await commands.execute()
