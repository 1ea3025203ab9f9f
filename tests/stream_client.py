"""Reads responses that go on, byte by byte as they are on the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson

PATIENCE = 20
EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json;q=0.9"


class StreamClient:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._chunks = response.aiter_raw()
        self._read = b""

    async def until(self, end: bytes) -> bytes:
        """What comes before `end`, which is taken too."""
        async with asyncio.timeout(PATIENCE):
            while end not in self._read:
                self._read += await anext(self._chunks)
        found, _, self._read = self._read.partition(end)
        return found

    async def rest(self) -> bytes:
        """What is left until the response ends. Raises RemoteProtocolError where it is cut."""
        async with asyncio.timeout(PATIENCE):
            async for chunk in self._chunks:
                self._read += chunk
        return self._read

    async def event(self) -> tuple[str, Any]:
        """The next server-sent event; comments are passed over."""
        while (text := await self.until(b"\n\n")).startswith(b":"):
            continue
        name, data = text.split(b"\n")
        body = data.removeprefix(b"data:").strip()
        return name.removeprefix(b"event: ").decode(), orjson.loads(body) if body else None

    async def part(self) -> Any:
        """The next part of a multipart response, once its opening boundary was read."""
        head, _, body = (await self.until(b"\r\n--graphql")).partition(b"\r\n\r\n")
        assert head == b"\r\ncontent-type: application/json"
        return orjson.loads(body)


@asynccontextmanager
async def streamed(
    http: httpx.AsyncClient,
    query: str,
    variables: dict[str, Any] | None = None,
    *,
    token: str | None = None,
    accept: str = EVENT_STREAM,
) -> AsyncIterator[StreamClient]:
    headers = {"accept": accept} | ({"authorization": f"Bearer {token}"} if token else {})
    body = {"query": query, "variables": variables or {}}
    async with http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        yield StreamClient(response)
