import asyncio
import signal

import uvicorn
from starlette.applications import Starlette

from server.app import create_app
from server.settings import Settings
from server.transport_http.connection import StreamableProtocol
from server.transport_ws.uvicorn_protocol import WireProtocol
from server.wiring import open_event_queue, open_gateways, open_proxy, open_renderer
from server.worker import Worker
from services.overlays import load_fonts

WS_MAX_BYTES = 256 * 1024


# Longer than the idle minute of an AWS load balancer or nginx before us: where the server closes first, while
# the next request is on its way, that request fails.
KEEP_ALIVE_SECONDS = 75


def api_server(app: Starlette, settings: Settings) -> uvicorn.Server:
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
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


async def serve(settings: Settings) -> None:
    """The API until SIGTERM or SIGINT. Sockets are then closed with 1012, on which clients reconnect."""
    await asyncio.to_thread(load_fonts)
    async with (
        open_gateways(settings) as gateways,
        open_proxy(settings) as proxy,
        open_event_queue(settings) as queue,
    ):
        await api_server(create_app(settings, gateways, proxy, queue), settings).serve()


async def work(settings: Settings) -> None:
    """The worker until SIGTERM or SIGINT. What it was doing is done again by the next one."""
    async with (
        open_gateways(settings) as gateways,
        open_renderer(settings) as renderer,
        open_event_queue(settings) as queue,
    ):
        task = asyncio.create_task(Worker(settings, gateways, renderer, queue).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return
