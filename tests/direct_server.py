"""The server over a view that does as it is told, and a client that writes and reads bytes."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from embedded.ports import LOOPBACK, free_ports
from server.front import Front
from server.serve import api_server
from server.settings import Settings
from server.transport_http.direct import Post
from server.transport_http.headers import Headers, headers_of
from server.transport_http.json_answer import JsonAnswer
from server.transport_http.negotiation import Format
from server.transport_http.read_body import read_body
from tests.waiting import until

PATIENCE = 20
MOST_BYTES = 64 * 1024 * 1024


class ToldView:
    """Answers with the body it is sent, in quotes, `size` times.

    `later` waits until it is released, `by asgi` is left to ASGI, `bug` and `later bug` fail.
    """

    path = b"/graphql"

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.asked: list[tuple[str, str]] = []
        """By which way, and what, in the order in which it came."""
        self.headers: list[Headers] = []
        self.released: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.size = 1

    def answer(self, post: Post) -> Coroutine[Any, Any, JsonAnswer] | None:
        told = post.body.decode()
        if told == "by asgi":
            return None
        self.asked.append(("direct", told))
        self.headers.append(post.headers)
        if told == "bug":
            raise RuntimeError("secret text")
        return self._answer(told)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = (await read_body(scope, headers_of(scope), receive, MOST_BYTES)).decode()
        self.asked.append(("asgi", told))
        self.headers.append(headers_of(scope))
        await (await self._answer(told))(scope, receive, send)

    async def _answer(self, told: str) -> JsonAnswer:
        if told.startswith("later"):
            await self.released[told].wait()
        if told.endswith("bug"):
            raise RuntimeError("secret text")
        return JsonAnswer(f'"{told}"'.encode() * self.size, Format.JSON)


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: str

    def __getitem__(self, name: str) -> str | None:
        return dict(self.headers).get(name)


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.transport = writer.transport

    def send(self, *parts: bytes) -> None:
        self._writer.write(b"".join(parts))

    async def taken(self) -> None:
        """Return once the server has taken all that was sent, or has cut the connection."""

        async def is_so() -> bool:
            return self.is_cut or not self.transport.get_write_buffer_size()

        await until(is_so)
        # What is between is on its way for a moment.
        await asyncio.sleep(0.001)

    @property
    def is_cut(self) -> bool:
        return self.transport.is_closing()

    async def answer(self, *, has_body: bool = True) -> Answer:
        head = (await self._in_time(self._reader.readuntil(b"\r\n\r\n"))).decode()
        first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        length = int(dict(headers).get("content-length", 0)) if has_body else 0
        body = await self._in_time(self._reader.readexactly(length))
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1"
        return Answer(int(status), headers, body.decode())

    async def end(self) -> bytes:
        """Whatever comes until the server closes."""
        return await self._in_time(self._reader.read())

    async def _in_time(self, read: Coroutine[Any, Any, bytes]) -> bytes:
        return await asyncio.wait_for(read, PATIENCE)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


@dataclass
class DirectServer:
    view: ToldView
    api: uvicorn.Server
    serving: "asyncio.Task[None]"

    def client(self) -> AbstractAsyncContextManager[Client]:
        return connected(self.api.config.port)

    async def asked(self, count: int) -> None:
        """Return once the view was asked so often."""

        async def is_so() -> bool:
            return len(self.view.asked) >= count

        await until(is_so)

    async def deserted(self) -> None:
        """Return once neither a connection nor a task is left."""

        async def is_so() -> bool:
            return not self.api.server_state.connections and not self.api.server_state.tasks

        await until(is_so)

    @property
    def held(self) -> int:
        """Bytes to be sent on the only connection."""
        (connection,) = self.api.server_state.connections
        held: int = connection.transport.get_write_buffer_size()  # type: ignore[union-attr]
        return held


@asynccontextmanager
async def direct_server() -> AsyncIterator[DirectServer]:
    view = ToldView()
    api = api_server(Front(view, Starlette()), Settings(port=free_ports(1)[0]))
    task = asyncio.create_task(api.serve())

    async def is_started() -> bool:
        return api.started

    await until(is_started)
    try:
        yield DirectServer(view, api, task)
    finally:
        api.should_exit = True
        for event in view.released.values():
            event.set()
        await task


def posted(body: str, *headers: str, path: str = "/graphql", version: str = "1.1") -> bytes:
    return b"".join(parts_of(body, *headers, path=path, version=version))


def parts_of(
    body: str, *headers: str, path: str = "/graphql", version: str = "1.1", method: str = "POST"
) -> tuple[bytes, bytes]:
    """Head and body."""
    lines = [f"{method} {path} HTTP/{version}", "host: x", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode(), body.encode()


def alike(answer: Answer) -> tuple[int, list[str], dict[str, str], str]:
    """All of it but what differs between two answers that are alike."""
    names = [name for name, _ in answer.headers]
    named = {**dict(answer.headers), "date": "now", "x-request-id": "some"}
    return answer.status, names, named, answer.body
