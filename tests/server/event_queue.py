"""A queue at moto, and readers of it, for the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from schema.context import Gateways
from server.event_queue_reader import EventQueueReader
from services.gateways.aws_session import aws_session
from services.gateways.sqs_event_queue import open_sqs
from services.receive_media_convert_event import receive_media_convert_event
from tests.moto_server import REGION, aws_client, messages_in
from tests.waiting import until

Receive = Callable[[bytes], Awaitable[object]]


@dataclass
class QueueAtMoto:
    """A queue as its owner sees it, from beside the product."""

    sqs: Any
    endpoint: str
    url: str

    async def send(self, *bodies: dict[str, Any] | str) -> None:
        for body in bodies:
            text = body if isinstance(body, str) else orjson.dumps(body).decode()
            await self.sqs.send_message(QueueUrl=self.url, MessageBody=text)

    async def holds(self, count: int) -> bool:
        return await messages_in(self.sqs, self.url) == count

    async def emptied(self) -> None:
        await until(lambda: self.holds(0))


@asynccontextmanager
async def queue_at(endpoint: str, name: str, **attributes: str) -> AsyncIterator[QueueAtMoto]:
    async with aws_client("sqs", endpoint) as sqs:
        url = (await sqs.create_queue(QueueName=name, Attributes=attributes))["QueueUrl"]
        yield QueueAtMoto(sqs, endpoint, url)


@asynccontextmanager
async def reading(
    queue: QueueAtMoto, receive: Receive, *, endpoint: str | None = None, **options: Any
) -> AsyncIterator[asyncio.Task[None]]:
    """A reader of the queue while inside, through the real client."""
    async with open_sqs(
        aws_session(), endpoint_url=endpoint or queue.endpoint, url=queue.url, region=REGION
    ) as opened:
        task = asyncio.create_task(EventQueueReader(opened, receive, **options).run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def recorder(gateways: Gateways, environment: str = "test") -> Receive:
    async def record(body: bytes) -> bool:
        return await receive_media_convert_event(
            body=body,
            app="airdate",
            environment=environment,
            storage=gateways.storage,
            bus=gateways.bus,
            clock=gateways.clock,
        )

    return record
