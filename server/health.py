import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tortoise import connections

from schema.context import Gateways
from server.draining import Draining
from services.gateways.event_queue import EventQueue, QueueProblem, QueueUnusable

ANSWER_SECONDS = 2.0
# What was found is not asked again so soon, however many load balancers ask us. SQS is paid by request.
FRESH_SECONDS, FRESH_QUEUE_SECONDS = 1.0, 5.0


def health_routes(gateways: Gateways, queue: EventQueue | None, draining: Draining) -> list[Route]:
    """/healthz: the process answers. /readyz: so does everything it needs; else 503 and what is down, or that
    the process is on its way out. It answers within two seconds, whatever does not.

    A queue of job events that cannot be read is told of as `degraded`, with 200: the API serves without it,
    and taking every server out of service would mend nothing.
    """
    database, storage = Part(_ask_database), Part(lambda: gateways.storage.head("airdate-readiness"))
    events = Part(
        queue.check if queue else _nothing,
        fresh_seconds=FRESH_QUEUE_SECONDS,
        if_silent=QueueProblem.UNREACHABLE,
    )

    async def healthz(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> JSONResponse:
        if draining.has_begun:
            return JSONResponse({"status": "draining"}, status_code=503)
        without_database, without_storage, without_events = await asyncio.gather(
            database.problem(), storage.problem(), events.problem()
        )
        without_live = None if gateways.hub.is_healthy else "The event bus is not heard, or the log not read."
        found = {"database": without_database, "storage": without_storage, "live": without_live}
        down = {name: problem for name, problem in found.items() if problem}
        told = {"degraded": {"events": without_events}} if without_events else {}
        if down:
            return JSONResponse({"status": "down", "down": down, **told}, status_code=503)
        return JSONResponse({"status": "ready", **told})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


class Part:
    """Something outside that is needed. However many ask at once, it is looked at once, and nobody waits
    longer than ANSWER_SECONDS for that."""

    def __init__(
        self,
        look: Callable[[], Awaitable[object]],
        *,
        fresh_seconds: float = FRESH_SECONDS,
        if_silent: str = TimeoutError.__name__,
    ) -> None:
        self._look = look
        self._fresh_seconds = fresh_seconds
        self._if_silent = if_silent
        self._looking: asyncio.Task[str | None] | None = None
        self._fresh_until = 0.0

    async def problem(self) -> str | None:
        """The kind of error, with no address and no credential in it; None when all is well."""
        now = asyncio.get_running_loop().time()
        if self._looking is None or (self._looking.done() and now >= self._fresh_until):
            self._looking = asyncio.create_task(self._found())
        looking = self._looking
        # Not cancelled with who asks, and not waited for when its own cancelling takes long.
        await asyncio.wait({looking}, timeout=ANSWER_SECONDS)
        return looking.result() if looking.done() else self._if_silent

    async def _found(self) -> str | None:
        problem: str | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._look()
        except TimeoutError:
            problem = self._if_silent
        except QueueUnusable as error:
            problem = error.problem
        except Exception as error:
            problem = type(error).__name__
        seconds = FRESH_SECONDS if problem else self._fresh_seconds
        self._fresh_until = asyncio.get_running_loop().time() + seconds
        return problem


async def _ask_database() -> None:
    await connections.get("default").execute_query("SELECT 1")


async def _nothing() -> None:
    return
