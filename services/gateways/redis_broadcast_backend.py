"""broadcaster's Redis backend for redis-py 8, on which its own delivers nothing.

Its own marks itself ready before it has subscribed and then leaves the empty listen() for good; and when its
listener dies nobody learns of it. Here the reader polls one pubsub connection, and its death is raised from
`next_published`, so that whoever listens can start again.
"""

import asyncio
from typing import Any

from broadcaster import BroadcastBackend, Event
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

POLL_SECONDS = 30.0


class RedisBroadcastBackend(BroadcastBackend):
    def __init__(self, url: str) -> None:
        # No socket timeout: redis-py 8 sets 5 seconds, and a quiet channel would end the connection. No
        # retries: a silent reconnection is a gap nobody knows of.
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=5,
            socket_keepalive=True,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),
        )
        self._pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        self._subscribed = asyncio.Event()

    async def connect(self) -> None:
        """Raises redis.ConnectionError when the server does not answer."""
        await self._redis.ping()

    async def disconnect(self) -> None:
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()

    async def subscribe(self, channel: str) -> None:
        await self._pubsub.subscribe(channel)
        self._subscribed.set()

    async def unsubscribe(self, channel: str) -> None:
        await self._pubsub.unsubscribe(channel)

    async def publish(self, channel: str, message: Any) -> None:
        await self._redis.publish(channel, message)

    async def next_published(self) -> Event:
        """The next message. Raises redis.ConnectionError when the connection is lost."""
        await self._subscribed.wait()
        while True:
            message = await self._pubsub.get_message(timeout=POLL_SECONDS)
            if message is not None and message["type"] == "message":
                # What is no UTF-8 is for the reader to refuse: raised here, it would cut the connection.
                return Event(message["channel"].decode(), message["data"].decode(errors="replace"))
