import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tortoise import connections

from schema.context import Gateways
from services.gateways.event_queue import EventQueue, QueueProblem, QueueUnusable

QUEUE_SECONDS = 2.0


def health_routes(gateways: Gateways, queue: EventQueue | None) -> list[Route]:
    """/healthz: the process answers. /readyz: so does everything it needs; else 503 and what is down.

    A queue of job events that cannot be read is told of as `degraded`, with 200: the API serves without it,
    and taking every server out of service would mend nothing.
    """

    async def healthz(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> JSONResponse:
        down, degraded = await _down(gateways), await _degraded(queue)
        told = {"degraded": degraded} if degraded else {}
        if down:
            return JSONResponse({"status": "down", "down": down, **told}, status_code=503)
        return JSONResponse({"status": "ready", **told})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _down(gateways: Gateways) -> dict[str, str]:
    """What does not answer, and the kind of error; no address or credential is told."""
    down = {}
    try:
        await connections.get("default").execute_query("SELECT 1")
    except Exception as error:
        down["database"] = type(error).__name__
    try:
        await gateways.storage.head("airdate-readiness")
    except Exception as error:
        down["storage"] = type(error).__name__
    if not gateways.hub.is_healthy:
        down["live"] = "The event bus is not heard."
    return down


async def _degraded(queue: EventQueue | None) -> dict[str, str]:
    try:
        async with asyncio.timeout(QUEUE_SECONDS):
            if queue is not None:
                await queue.check()
    except QueueUnusable as error:
        return {"events": error.problem}
    except TimeoutError:
        return {"events": QueueProblem.UNREACHABLE}
    return {}
