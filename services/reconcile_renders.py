"""Finds every render that MediaConvert has been silent about for too long, and asks.

Events are the rule; this is for the day they do not come. Renders without a job are no concern of it: the
submission takes them up again when their lease runs out.
"""

from datetime import timedelta
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

import models
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.media_convert import MediaConvert
from services.gateways.object_storage import ObjectStorage
from services.render_lifecycle import is_terminal
from services.rendering.look_at_render import look_at_render

# GetJob has a low rate limit, and submitting and cancelling go before: one look a second, by all workers.
LOOK_INTERVAL = timedelta(seconds=1)
# A look that failed, or whose worker died, is made again after this.
LOOK_LEASE = timedelta(minutes=1)
CLAIM_LOCK = 7_243_114_002


async def reconcile_renders(
    *, renderer: MediaConvert, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> int:
    """Look at the render that has been silent for longest beyond its limit; 0 when there is none, or when a
    worker has looked at one within the last second. Raises what MediaConvert and storage raise."""
    render_id = await _claim_silent_render(clock)
    if render_id is None:
        return 0
    render = await models.Render.get(id=render_id)
    if not is_terminal(render.status):
        await look_at_render(render, renderer=renderer, storage=storage, bus=bus, clock=clock)
    return 1


async def _claim_silent_render(clock: Clock) -> UUID | None:
    async with in_transaction():
        await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [CLAIM_LOCK])
        now = clock.now()
        latest = await models.Render.filter(looked_at__isnull=False).order_by("-looked_at").first()
        if latest and latest.looked_at and timedelta(0) <= now - latest.looked_at < LOOK_INTERVAL:
            return None
        render = (
            await models.Render.filter(overdue_at__lte=now)
            .order_by("overdue_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if render is None:
            return None
        render.looked_at = now
        render.overdue_at = now + LOOK_LEASE
        await render.save(update_fields=["looked_at", "overdue_at"])
        return render.id
