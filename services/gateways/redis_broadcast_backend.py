"""broadcaster's Redis backend for redis-py 8, on which its own delivers nothing.

Its own marks itself ready before it has subscribed and then leaves the empty listen() for good; and when its
listener dies nobody learns of it. Here the reader polls one pubsub connection, and its death is raised from
`next_published`, so that whoever listens can start again.
"""

import asyncio
from typing import Any

from broadcaster import BroadcastBackend, Event
from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

ANSWER_SECONDS = 2.0
QUIET_SECONDS = 2.0


class RedisBroadcastBackend(BroadcastBackend):
    def __init__(self, url: str) -> None:
        # No retries: a silent reconnection is a gap nobody knows of. No health checks by the library either:
        # it sends its PING and never looks whether an answer came, so a server that has gone without closing
        # the connection (a cut cable, a forgetful firewall) would stay unnoticed for a quarter of an hour.
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            health_check_interval=0,
            retry=Retry(NoBackoff(), 0),
        )
        self._pubsub = self._redis.pubsub()
        self._subscribed = asyncio.Event()
        self._is_lost = False

    async def connect(self) -> None:
        """Raises redis.ConnectionError or TimeoutError when the server does not answer."""
        async with asyncio.timeout(2 * ANSWER_SECONDS):
            await self._redis.ping()

    async def disconnect(self) -> None:
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()

    async def subscribe(self, channel: str) -> None:
        async with asyncio.timeout(2 * ANSWER_SECONDS):
            await self._pubsub.subscribe(channel)
        self._subscribed.set()

    async def unsubscribe(self, channel: str) -> None:
        # On a lost connection the library would first make another one.
        if not self._is_lost:
            await self._pubsub.unsubscribe(channel)

    async def publish(self, channel: str, message: Any) -> None:
        await self._redis.publish(channel, message)

    async def next_published(self) -> Event:
        """The next message. Raises redis.ConnectionError or TimeoutError when the connection is lost, at the
        latest after as long a silence as two seconds and another two after a PING."""
        await self._subscribed.wait()
        try:
            return await self._next_message()
        except BaseException:
            self._is_lost = True
            raise

    async def _next_message(self) -> Event:
        is_asked = False
        while True:
            arrived = self._arrived()
            if arrived is not None:
                return arrived
            # The library's own time-out does not count what it does before it reads.
            async with asyncio.timeout(QUIET_SECONDS + 2 * ANSWER_SECONDS):
                message = await self._pubsub.get_message(timeout=QUIET_SECONDS)
                if message is None:
                    if is_asked:
                        raise RedisConnectionError("no answer to PING")
                    await self._pubsub.ping()
            is_asked = message is None
            if message is not None and message["type"] == "message":
                return _event(message["channel"], message["data"])

    def _arrived(self) -> Event | None:
        """A message that came in one packet with an earlier one. The library takes each through a dozen
        coroutines, which costs three times what is then done with it."""
        connection = self._pubsub.connection
        reader = connection._parser._reader if connection is not None else None
        while reader is not None and (reply := reader.gets()) is not NOT_ENOUGH_DATA:
            if isinstance(reply, Exception):
                raise reply
            if reply[0] == b"message":
                return _event(reply[1], reply[2])
        return None


def _event(channel: bytes, message: bytes) -> Event:
    # What is no UTF-8 is for the reader to refuse: raised here, it would cut the connection.
    return Event(channel.decode(), message.decode(errors="replace"))
