"""Stands before a server as a network does, and loses connections the ways a network does."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import Enum

from embedded.ports import LOOPBACK

CHUNK_BYTES = 64 * 1024
AT_ONCE = struct.pack("ii", 1, 0)


class Loss(Enum):
    """RESET: by RST, as when a process dies. CLOSED: by FIN, as when a balancer is done with it; no WebSocket
    says goodbye. SILENT: nobody is told, and nothing arrives any more, as when a phone leaves its cell."""

    RESET = "RESET"
    CLOSED = "CLOSED"
    SILENT = "SILENT"


class Link:
    """One connection of a client, and the one behind it."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self._writers = writers
        self.is_silent = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if not self.is_silent:
                writer.write(data)
                await writer.drain()
        if not self.is_silent:
            self.lose(Loss.CLOSED)

    def lose(self, loss: Loss) -> None:
        if loss is Loss.SILENT:
            self.is_silent = True
            return
        for writer in self._writers:
            end(writer, loss)


def end(writer: asyncio.StreamWriter, loss: Loss) -> None:
    if loss is Loss.RESET:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        writer.transport.abort()
    else:
        writer.close()


class CuttableProxy:
    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._links: set[Link] = set()
        self._is_reachable = True
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @contextmanager
    def lost(self, loss: Loss) -> Iterator[None]:
        """Every connection is lost so, and new ones are reset as long as this lasts."""
        self._is_reachable = False
        for link in list(self._links):
            link.lose(loss)
        yield
        self._is_reachable = True

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind_reader, behind = await asyncio.open_connection(LOOPBACK, self._target_port)
        except OSError:
            end(writer, Loss.RESET)
            return
        if not self._is_reachable:
            end(writer, Loss.RESET)
            behind.close()
            return
        link = Link(writer, behind)
        self._links.add(link)
        await asyncio.gather(
            link.carry(reader, behind), link.carry(behind_reader, writer), return_exceptions=True
        )
        link.lose(Loss.CLOSED)
        self._links.discard(link)

    def end_all(self) -> None:
        for link in list(self._links):
            link.lose(Loss.RESET)


@asynccontextmanager
async def cuttable_proxy(target_port: int) -> AsyncIterator[CuttableProxy]:
    proxy = CuttableProxy(target_port)
    server = await asyncio.start_server(proxy.handle, LOOPBACK, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.end_all()
        await server.wait_closed()
