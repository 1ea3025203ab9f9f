from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tortoise import connections

from schema.context import Gateways


def health_routes(gateways: Gateways) -> list[Route]:
    """/healthz: the process answers. /readyz: so does everything it needs; else 503 and what is down."""

    async def healthz(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> JSONResponse:
        down = await _down(gateways)
        if down:
            return JSONResponse({"status": "down", "down": down}, status_code=503)
        return JSONResponse({"status": "ready"})

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
