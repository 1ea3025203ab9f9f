"""Stands before any TCP server and cuts its connections, or lets what is sent vanish without a word."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from embedded.ports import LOOPBACK

CHUNK = 65536
# As `struct linger`: close at once, by RST (socket(7)).
AT_ONCE = struct.pack("ii", 1, 0)


class TcpProxy:
    """`tried_in_vain` counts the connections since the network last broke down."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.tried_in_vain = 0
        self._refuses = False
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._generation = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._taking: set[asyncio.Task[None]] = set()

    def blackhole(self) -> None:
        """From now on nothing comes through in either direction, and nobody is told: connections stay open,
        new ones are taken and never answered."""
        self._is_open.clear()
        self.tried_in_vain = 0

    def refuse(self) -> None:
        """From now on new connections are reset."""
        self._refuses = True
        self.tried_in_vain = 0

    def heal(self, *, forgetting: bool) -> None:
        """New connections come through again. `forgetting`: those from before never do, as after a firewall
        that lost its memory; else they go on where they were."""
        if forgetting:
            self._generation += 1
        self._refuses = False
        self._is_open.set()

    def cut(self, *, by_reset: bool = False) -> None:
        """End every connection at once."""
        for writer in self._writers:
            if by_reset:
                reset(writer)
            else:
                writer.transport.abort()

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tried_in_vain += 1
        if self._refuses:
            reset(writer)
            return
        # Here already: a task that is cancelled before its first step would never close it.
        self._writers.add(writer)
        # A task of our own: when one of its own is cancelled, asyncio.start_server logs a failure.
        task = asyncio.create_task(self._take(reader, writer))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)

    async def close(self) -> None:
        # Those that were accepted and are not taken yet, too.
        self._refuses = True
        self.cut()
        for task in self._taking:
            task.cancel()
        await asyncio.gather(*self._taking, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        generation = self._generation
        try:
            await self._passed(generation)
            ahead, behind = await asyncio.open_connection(LOOPBACK, self.target_port)
        except OSError:
            self._writers.discard(writer)
            writer.transport.abort()
            return
        self._writers.add(behind)
        async with asyncio.TaskGroup() as group:
            pumps = [
                group.create_task(self._pump(reader, behind, generation)),
                group.create_task(self._pump(ahead, writer, generation)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
        for end in (writer, behind):
            self._writers.discard(end)
            end.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, generation: int
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._passed(generation)
                writer.write(chunk)
                await writer.drain()
            await self._passed(generation)

    async def _passed(self, generation: int) -> None:
        await self._is_open.wait()
        if generation != self._generation:
            await asyncio.Event().wait()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by RST, as the kernel does for a process that died."""
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()


@asynccontextmanager
async def tcp_proxy(target_port: int) -> AsyncIterator[TcpProxy]:
    proxy = TcpProxy(target_port)
    server = await asyncio.start_server(proxy.take, LOOPBACK, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
