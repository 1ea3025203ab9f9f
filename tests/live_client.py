"""A graphql-transport-ws client made of nothing but frames, so that tests see what is on the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 20


class LiveClient:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, frame: object) -> None:
        await self.socket.send(frame if isinstance(frame, str | bytes) else orjson.dumps(frame).decode())

    async def receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = orjson.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        return frame

    async def sign_in(self, token: str | None = None) -> None:
        payload = {"authorization": f"Bearer {token}"} if token else {}
        await self.send({"type": "connection_init", "payload": payload})
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, id: str, query: str, variables: dict[str, Any] | None = None) -> None:
        payload = {"query": query, "variables": variables or {}}
        await self.send({"id": id, "type": "subscribe", "payload": payload})

    async def next(self, id: str) -> Any:
        """The data of the next event of this subscription."""
        frame = await self.receive()
        assert (frame["type"], frame["id"]) == ("next", id), frame
        assert "errors" not in frame["payload"], frame
        return frame["payload"]["data"]

    async def closed(self) -> tuple[int | None, str | None]:
        await asyncio.wait_for(self.socket.wait_closed(), PATIENCE)
        return self.socket.close_code, self.socket.close_reason


@asynccontextmanager
async def live_client(server: str) -> AsyncIterator[LiveClient]:
    address = server.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=[PROTOCOL], compression=None) as socket:
        yield LiveClient(socket)
