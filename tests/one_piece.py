"""An HTTP client that sends a request as browsers, Node, curl and nginx do: a small body in one piece with
its head. httpx writes them one after the other, and a server then sees them come one after the other."""

from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
from httpcore._backends.auto import AutoBackend

PIECE_BYTES = 64 * 1024


class OnePieceStream(httpcore.AsyncNetworkStream):
    """Writes when there is enough, or when an answer is waited for."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream, self._kept = stream, b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await self._flush(timeout)
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._kept += buffer
        if len(self._kept) >= PIECE_BYTES:
            await self._flush(timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    async def _flush(self, timeout: float | None) -> None:
        kept, self._kept = self._kept, b""
        if kept:
            await self._stream.write(kept, timeout)


class OnePieceBackend(AutoBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return OnePieceStream(stream)


def one_piece_client(origin: str, *, timeout: float = 30) -> httpx.AsyncClient:
    """`timeout` in seconds."""
    transport = httpx.AsyncHTTPTransport()
    # httpx has no name for a network of one's own.
    transport._pool = httpcore.AsyncConnectionPool(
        max_connections=100, max_keepalive_connections=20, network_backend=OnePieceBackend()
    )
    return httpx.AsyncClient(base_url=origin, timeout=timeout, transport=transport)
