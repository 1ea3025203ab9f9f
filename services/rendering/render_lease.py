"""A worker's hold on a render: short, and renewed while the worker lives, so that a dead one is replaced
within a minute and a long preparation is not done twice.

`attempts` grows with every claim and so tells whose hold it is: a worker that was held up for longer than
its lease finds that the render is no longer its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from tortoise.queryset import QuerySet

import models
from services.ending_tasks import ended
from services.gateways.clock import Clock

LEASE = timedelta(seconds=60)
log = structlog.get_logger()


def held(render: models.Render) -> QuerySet[models.Render]:
    """The render's row, if it is still the one that was claimed."""
    return models.Render.filter(id=render.id, attempts=render.attempts)


@asynccontextmanager
async def renewed_lease(render: models.Render, clock: Clock) -> AsyncIterator[None]:
    """Renew the lease from inside on, every third of its length."""
    renewing = asyncio.create_task(_renew(render, clock))
    try:
        yield
    finally:
        await ended(renewing)


async def _renew(render: models.Render, clock: Clock) -> None:
    is_held = True
    while is_held:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        try:
            is_held = bool(await held(render).update(leased_until=clock.now() + LEASE))
        except Exception:
            log.exception("lease not renewed", render_id=str(render.id))


async def release(render: models.Render, *, due_at: datetime | None = None) -> None:
    """Give the render back, to be taken up from `due_at` on if there is something left to do."""
    await held(render).update(leased_until=None, due_at=due_at)
