"""Long work on a leased render: the lease is renewed while it lasts, and it stops when nobody wants it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import models
from services.gateways.clock import Clock

LOOK_SECONDS = 5.0
T = TypeVar("T")


class RenderUnwanted(Exception):
    """The render was canceled, settled or deleted while its work went on."""


async def while_leased(work: Coroutine[Any, Any, T], *, render_id: UUID, clock: Clock, lease: timedelta) -> T:
    """The work's result. Raises RenderUnwanted, the work being canceled; or whatever the work raises."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_SECONDS))[0]:
            wanted = models.Render.filter(
                id=render_id, job_id__isnull=True, finished_at__isnull=True, cancel_requested_at__isnull=True
            )
            if not await wanted.update(leased_until=clock.now() + lease):
                raise RenderUnwanted
    except BaseException:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    return task.result()
