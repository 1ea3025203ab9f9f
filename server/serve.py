import asyncio
import gc
import signal
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

import uvicorn
from starlette.types import ASGIApp

from server.app import create_app
from server.draining import Draining
from server.listening import listening_sockets
from server.settings import Settings
from server.supervision import tell_supervisor
from server.transport_http.connection import StreamableProtocol
from server.transport_ws.uvicorn_protocol import WireProtocol
from server.wiring import open_event_queue, open_gateways, open_proxy
from services.overlays.fonts import font_folders

WS_MAX_BYTES = 256 * 1024


# Longer than the idle minute of an AWS load balancer or nginx before us: where the server closes first, while
# the next request is on its way, that request fails.
KEEP_ALIVE_SECONDS = 75
# Together less than five seconds.
FIRST_REQUEST_SECONDS, GRACE_SECONDS, CLOSING_SECONDS = 0.2, 3, 1.0


class ApiServer(uvicorn.Server):
    """Told to stop, it serves on for `drain_seconds`, or until it is told again, while readiness says 503.
    Then it closes its port, ends its sockets with 1012, and finishes what it was asked."""

    def __init__(self, config: uvicorn.Config, draining: Draining, drain_seconds: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._drain_seconds = drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        tell_supervisor("READY=1")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._draining.begin()
        tell_supervisor("STOPPING=1")
        with suppress(TimeoutError):
            async with asyncio.timeout(self._drain_seconds):
                await self._pressed()
        for server in self.servers:
            server.close()
        # uvicorn ends connections that have no request: those taken last are about to send theirs.
        await asyncio.sleep(FIRST_REQUEST_SECONDS)
        await super().shutdown(sockets)

    async def _pressed(self) -> None:
        """Return when somebody has no patience: uvicorn takes note of a second SIGINT by a flag alone."""
        while not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def api_server(app: ASGIApp, settings: Settings, draining: Draining | None = None) -> uvicorn.Server:
    """The app at the host and port of the settings, not yet serving."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        ws=WireProtocol,
        http=StreamableProtocol,
        ws_max_size=WS_MAX_BYTES,
        # Status frames are a few hundred bytes: compressing them costs 40 KiB a socket and saves little, and
        # a frame that is compressed for one client cannot be another's.
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
        # It would be worded for each request and then not told, at this level.
        access_log=False,
        # Nobody needs to know; and `origin_of` reads what proxies tell us.
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return ApiServer(config, draining or Draining(), settings.drain_seconds)


async def serve(settings: Settings) -> None:
    """The API until SIGTERM or SIGINT. Sockets are then closed with 1012, on which clients reconnect. Raises
    CannotListen, and RuntimeError where a font package is not installed."""
    sockets = listening_sockets(settings.host, settings.port, is_shared=settings.share_port)
    draining = Draining()
    font_folders()
    outside = AsyncExitStack()
    try:
        gateways = await outside.enter_async_context(open_gateways(settings))
        proxy = await outside.enter_async_context(open_proxy(settings))
        queue = await outside.enter_async_context(open_event_queue(settings))
        app = create_app(settings, gateways, proxy, queue, draining)
        spare_the_collector()
        await _serve(api_server(app, settings, draining), sockets)
    finally:
        # What does not answer is not waited for: nothing is lost by leaving it.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await outside.aclose()


def spare_the_collector() -> None:
    """What is there by now lives as long as the process: to walk it over and over for cycles took a quarter
    of the CPU of live status (bench/live, spread), in pauses of tens of ms. Cycles made from here on are
    found still, a little later."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _serve(api: uvicorn.Server, sockets: Sequence[socket.socket]) -> None:
    """uvicorn raises the signal that ended it once more when it is done: unhandled, it would end the process
    before what is open outside was closed."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, api.handle_exit)
    await api.serve(list(sockets))
