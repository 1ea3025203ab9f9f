import asyncio
import signal

import uvicorn

from server.app import create_app
from server.settings import Settings
from server.wiring import open_event_queue, open_gateways, open_proxy, open_renderer
from server.worker import Worker
from services.overlays import load_fonts

WS_MAX_BYTES = 256 * 1024


async def serve(settings: Settings) -> None:
    """The API until SIGTERM or SIGINT. Sockets are then closed with 1012, on which clients reconnect."""
    await asyncio.to_thread(load_fonts)
    async with (
        open_gateways(settings) as gateways,
        open_proxy(settings) as proxy,
        open_event_queue(settings) as queue,
    ):
        config = uvicorn.Config(
            create_app(settings, gateways, proxy, queue),
            host=settings.host,
            port=settings.port,
            ws_max_size=WS_MAX_BYTES,
            # Status frames are a few hundred bytes: compressing them costs 40 KiB a socket and saves little.
            ws_per_message_deflate=False,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=5,
        )
        await uvicorn.Server(config).serve()


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
