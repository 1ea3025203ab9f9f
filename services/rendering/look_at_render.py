import models
from models.statuses import ProductionStatus
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.media_convert import MediaConvert
from services.gateways.object_storage import ObjectStorage
from services.record_render_event import record_render_event
from services.rendering.event_of_job import event_of_job
from services.rendering.render_errors import rule_for
from services.rendering.render_events import RenderEvent, RenderFailure
from services.rendering.rendered_evidence import is_rendered_in_full

LOST = "LOST"


async def look_at_render(
    render: models.Render, *, renderer: MediaConvert, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> None:
    """Ask MediaConvert about the render's job, and record the answer like an event. Raises what it raises."""
    if render.job_id is None:
        return
    job = await renderer.get_job(render.job_id)
    if job is None:
        event = await _event_of_a_lost_job(render, storage)
    else:
        event = event_of_job(render, job, storage, cause=f"MediaConvert {job.status}, when asked")
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)


async def _event_of_a_lost_job(render: models.Render, storage: ObjectStorage) -> RenderEvent:
    """MediaConvert forgets a job after three months, and knows none of another account's."""
    if await is_rendered_in_full(render, storage):
        return RenderEvent(
            render_id=render.id,
            cause="MediaConvert no longer knows the job; all its files are there",
            job_id=render.job_id,
            status=ProductionStatus.COMPLETED,
        )
    if render.cancel_requested_at is not None:
        return RenderEvent(
            render_id=render.id,
            cause="MediaConvert no longer knows the job",
            job_id=render.job_id,
            status=ProductionStatus.CANCELED,
        )
    rule = rule_for(LOST)
    return RenderEvent(
        render_id=render.id,
        cause="MediaConvert no longer knows the job",
        job_id=render.job_id,
        status=ProductionStatus.FAILED,
        failure=RenderFailure(code=LOST, stage=rule.stage, message=rule.message or ""),
    )
