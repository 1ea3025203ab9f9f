from uuid import UUID

import structlog

import models
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.media_convert import Job, MediaConvert
from services.gateways.object_storage import ObjectStorage
from services.record_render_event import record_render_event
from services.render_lifecycle import is_terminal
from services.rendering.event_of_job import event_of_job

log = structlog.get_logger()


async def cancel_stray_jobs(
    *,
    renderer: MediaConvert,
    storage: ObjectStorage,
    bus: EventBus,
    clock: Clock,
    app: str,
    environment: str,
) -> int:
    """Go through MediaConvert's unfinished jobs that are ours, by their userMetadata and the bucket they
    write to; returns how many were cancelled: jobs of a render that is not there, that ended, or that has
    another job.

    A render is committed before its job is made, so a job of an unknown one belongs to a deleted production.
    A job whose own render does not know it yet is noted there instead.
    """
    cancelled = 0
    for job in await renderer.unfinished_jobs():
        if job.user_metadata.get("app") != app or job.user_metadata.get("env") != environment:
            continue
        # Deployments that share an account may both have been left with the environment's default name.
        if not job.destination.startswith(storage.uri("")):
            continue
        render = await _render_of(job)
        if render is None or is_terminal(render.status) or render.job_id not in (None, job.id):
            log.warning("stray job cancelled", job_id=job.id, render_id=job.render_id)
            await renderer.cancel_job(job.id)
            cancelled += 1
        elif render.job_id is None:
            event = event_of_job(render, job, storage, cause="found at MediaConvert")
            await record_render_event(event=event, storage=storage, bus=bus, clock=clock)
    return cancelled


async def _render_of(job: Job) -> models.Render | None:
    try:
        render_id = UUID(str(job.render_id))
    except ValueError:
        return None
    return await models.Render.get_or_none(id=render_id)
