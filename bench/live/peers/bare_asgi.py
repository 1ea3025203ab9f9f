"""The limit: an ASGI app that reads Redis once and sends ready-made text to the sockets concerned.

A Redis message is the production's id and, after a space, the very frame that its watchers get. Nothing is
parsed, looked up in a database, or asked for rights.
"""

import asyncio
import gc
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from redis.asyncio import Redis
from starlette.types import Receive, Scope, Send

CHANNEL = "ready"
PROTOCOL = "graphql-transport-ws"
watchers: defaultdict[str, set[Send]] = defaultdict(set)


async def fan_out() -> None:
    redis = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=None, decode_responses=True)
    async with redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "message":
                production, _, text = message["data"].partition(" ")
                frame = {"type": "websocket.send", "text": text}
                for send in tuple(watchers[production]):
                    await send(frame)


@asynccontextmanager
async def reading() -> AsyncIterator[None]:
    task = asyncio.create_task(fan_out())
    yield
    task.cancel()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        async with reading():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await follow(receive, send)
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ready"})


async def follow(receive: Receive, send: Send) -> None:
    watched = None
    await receive()
    await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
    try:
        while (event := await receive())["type"] == "websocket.receive":
            message = json.loads(event["text"])
            if message["type"] == "connection_init":
                await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
            elif message["type"] == "subscribe":
                watched = message["payload"]["variables"]["id"]
                watchers[watched].add(send)
    finally:
        if watched is not None:
            watchers[watched].discard(send)


if __name__ == "__main__":
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
    )
