"""Takes a committed render to MediaConvert: never two jobs for one render, whatever is lost on the way."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, RenderErrorStage
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.media_convert import Job, JobRefused, MediaConvert
from services.gateways.object_storage import ObjectStorage
from services.job_settings import RenderRefs, build_job
from services.prepare_render_assets import prepare_render_assets
from services.probed_media import ProbedMedia
from services.production_config import ProductionConfig
from services.record_render_event import record_render_event
from services.render_assets_failed import RenderAssetsFailed
from services.render_events import RenderEvent, RenderFailure
from services.while_leased import RenderUnwanted, while_leased

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 8
UNFINISHED = (ProductionStatus.QUEUED, ProductionStatus.PROCESSING)
log = structlog.get_logger()


@dataclass(frozen=True)
class JobDefaults:
    """What every job of this deployment shares."""

    role: str
    queue: str | None
    app: str
    environment: str


async def claim_render(*, clock: Clock) -> UUID | None:
    """Lease the next render that wants submitting or cancelling; None when there is none."""
    async with in_transaction():
        now = clock.now()
        wanted = Q(status=ProductionStatus.QUEUED, job_id__isnull=True) | Q(
            status__in=UNFINISHED, cancel_requested_at__isnull=False
        )
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        render = (
            await models.Render.filter(wanted, free)
            .order_by("created_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if render is None:
            return None
        render.attempts += 1
        render.leased_until = now + LEASE * min(render.attempts, 5)
        await render.save(update_fields=["attempts", "leased_until"])
        return render.id


async def submit_render(
    *,
    render_id: UUID,
    storage: ObjectStorage,
    renderer: MediaConvert,
    bus: EventBus,
    clock: Clock,
    defaults: JobDefaults,
) -> None:
    """Create the render's job, or find the one an earlier attempt made; carry out a requested cancellation.

    An unknown outcome (the network, AWS) raises and leaves the lease to run out: the next attempt looks
    the job up by its userMetadata before it makes another.
    """
    render = await models.Render.get(id=render_id).select_related("production__upload")
    if render.job_id is None and render.attempts > 1:
        await _adopt(render, await renderer.find_job(render.id), clock)
    if render.cancel_requested_at is not None:
        await _cancel(render, renderer, storage, bus, clock)
    elif render.job_id is None:
        try:
            await _create_job(render, storage, renderer, clock, defaults)
        except (JobRefused, RenderAssetsFailed) as failed:
            await _fail(render, failed.code, str(failed), storage, bus, clock)
        except RenderUnwanted:
            # Whatever made it so is on the row; a requested cancellation is claimed next.
            await models.Render.filter(id=render.id).update(leased_until=None)
        except Exception:
            if render.attempts < MAX_ATTEMPTS:
                raise
            log.exception("render given up", render_id=str(render.id), attempts=render.attempts)
            message = "The render could not be handed to MediaConvert."
            await _fail(render, "SUBMISSION_FAILED", message, storage, bus, clock)


async def _create_job(
    render: models.Render,
    storage: ObjectStorage,
    renderer: MediaConvert,
    clock: Clock,
    defaults: JobDefaults,
) -> None:
    upload = render.production.upload
    config = ProductionConfig.from_json(render.config)
    media = ProbedMedia.from_json(upload.media or {})
    preparing = prepare_render_assets(
        render=render, upload=upload, config=config, media=media, storage=storage
    )
    overlays = await while_leased(preparing, render_id=render.id, clock=clock, lease=LEASE)
    refs = RenderRefs(
        source_uri=storage.uri(upload.source_key),
        output_prefix_uri=storage.uri(render.output_prefix),
        production_id=render.production_id,
        render_id=render.id,
        number=render.number,
        role=defaults.role,
        queue=defaults.queue,
        app=defaults.app,
        environment=defaults.environment,
    )
    request = build_job(config=config, media=media, render=refs, overlays=overlays)
    warnings = [
        {"code": "TEXT_NOT_DRAWN", "message": warning} for image in overlays for warning in image.warnings
    ]
    await models.Render.filter(id=render.id).update(settings=request, warnings=warnings)
    await _adopt(render, await renderer.create_job(request), clock)
    if await models.Render.filter(id=render.id, cancel_requested_at__isnull=False).exists():
        await renderer.cancel_job(str(render.job_id))


async def _adopt(render: models.Render, job: Job | None, clock: Clock) -> None:
    """Note the job; an event may have told of it before this answer came."""
    if job is None:
        return
    render.job_id = job.id
    await models.Render.filter(id=render.id, job_id__isnull=True).update(
        job_id=job.id, queue=job.queue, submitted_at=clock.now()
    )
    await models.Render.filter(id=render.id).update(leased_until=None)


async def _cancel(
    render: models.Render, renderer: MediaConvert, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> None:
    if render.job_id is not None:
        await renderer.cancel_job(render.job_id)
        return
    event = RenderEvent(
        render_id=render.id, cause="canceled before submission", status=ProductionStatus.CANCELED
    )
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)


async def _fail(
    render: models.Render, code: str, message: str, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> None:
    failure = RenderFailure(code=code, stage=RenderErrorStage.SUBMITTING, message=message[:2000])
    event = RenderEvent(
        render_id=render.id, cause="submission failed", status=ProductionStatus.FAILED, failure=failure
    )
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)
