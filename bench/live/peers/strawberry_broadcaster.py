"""Plain Strawberry with broadcaster, as their documentation has it."""

import json
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

import strawberry
import uvicorn
from broadcaster import Broadcast
from broadcaster._backends.redis import RedisBackend
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL


class LastingRedisBackend(RedisBackend):
    """redis 8 times its sockets out by default, and broadcaster then delivers nothing."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._redis = Redis.from_url(url, socket_timeout=None)
        self._pubsub = self._redis.pubsub()


broadcast = Broadcast(backend=LastingRedisBackend(os.environ["REDIS_URL"]))


@strawberry.enum
class ProductionStatus(Enum):
    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


@strawberry.enum
class RenderPhase(Enum):
    PROBING = "PROBING"
    TRANSCODING = "TRANSCODING"
    UPLOADING = "UPLOADING"


@strawberry.type
class Production:
    id: strawberry.ID
    title: str


@strawberry.type
class ProductionStatusEvent:
    cursor: str
    sequence: int
    status: ProductionStatus
    progress_percent: int
    phase: RenderPhase | None
    production: Production


@strawberry.type
class Query:
    ready: bool = True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def production_status_changed(
        self, id: strawberry.ID
    ) -> AsyncGenerator[ProductionStatusEvent, None]:
        async with broadcast.subscribe(channel=f"productionStatusChanged:{id}") as subscriber:
            async for event in subscriber:
                told = json.loads(event.message)
                phase = told["phase"]
                yield ProductionStatusEvent(
                    cursor=told["cursor"],
                    sequence=told["sequence"],
                    status=ProductionStatus(told["status"]),
                    progress_percent=told["progressPercent"],
                    phase=RenderPhase(phase) if phase else None,
                    production=Production(**told["production"]),
                )


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    await broadcast.connect()
    yield
    await broadcast.disconnect()


graphql = GraphQL(strawberry.Schema(query=Query, subscription=Subscription))
app = Starlette(lifespan=lifespan, routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)])

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
    )
