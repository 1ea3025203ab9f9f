"""A small real server on loopback, for what the product's own server does not do on demand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from embedded.ports import LOOPBACK

MOST_BYTES = 2**30
# For what is still being answered at the end: a fault may hold it for ever.
SHUTDOWN_SECONDS = 0.1


@asynccontextmanager
async def serving(*routes: web.RouteDef) -> AsyncIterator[str]:
    """The origin of a server with these routes; it is closed however the test ends."""
    # An Application, unlike a bare Server, answers `Expect: 100-continue`.
    app = web.Application(client_max_size=MOST_BYTES)
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, 0).start()
        port = runner.addresses[0][1]
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await runner.cleanup()
