from datetime import timedelta

import structlog

import models
from models.statuses import ProductionStatus
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.media_convert import MediaConvert
from services.gateways.object_storage import ObjectStorage
from services.record_render_event import record_render_event
from services.render_lifecycle import is_terminal
from services.rendering.look_at_render import look_at_render
from services.rendering.render_events import RenderEvent
from services.rendering.render_lease import release

log = structlog.get_logger()
AGAIN = timedelta(seconds=30)
PATIENCE = timedelta(minutes=10)
"""A job that goes on for so long after it was cancelled is no longer waited for."""


async def cancel_render(
    render: models.Render, *, renderer: MediaConvert, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> None:
    """Carry out a requested cancellation; asked again until the job is over, or out of patience with it.

    The caller has claimed the render and, after a first attempt, looked for its job. CANCELED is recorded
    when MediaConvert says so; a render that has no job is CANCELED now.
    """
    if render.job_id is None:
        await _record_canceled(render, "canceled before submission", storage, bus, clock)
        return
    if render.attempts > 1:
        is_over_patience = clock.now() - (render.cancel_requested_at or clock.now()) > PATIENCE
        try:
            await look_at_render(render, renderer=renderer, storage=storage, bus=bus, clock=clock)
        except Exception:
            if not is_over_patience:
                raise
            log.exception("cancelled job not looked at", render_id=str(render.id))
        seen = await models.Render.get(id=render.id)
        if is_terminal(seen.status):
            return
        if is_over_patience:
            await _record_canceled(render, "canceled; MediaConvert's job goes on", storage, bus, clock)
            return
    await renderer.cancel_job(render.job_id)
    await release(render, due_at=clock.now() + AGAIN)


async def _record_canceled(
    render: models.Render, cause: str, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> None:
    event = RenderEvent(
        render_id=render.id, cause=cause, job_id=render.job_id, status=ProductionStatus.CANCELED
    )
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)
