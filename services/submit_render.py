"""Takes a committed render to MediaConvert: never two jobs for one render, whatever is lost on the way."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.media_convert import Job, JobRefused, MediaConvert, OutcomeUnknown, TryAgainLater
from services.gateways.object_storage import ObjectStorage
from services.job_settings import RenderRefs, build_job
from services.media.probed_media import ProbedMedia
from services.preview_warnings import PreviewWarningCode
from services.production_config import ProductionConfig
from services.record_render_event import record_render_event
from services.render_lifecycle import UNFINISHED, is_terminal
from services.rendering.cancel_render import cancel_render
from services.rendering.event_of_job import event_of_job
from services.rendering.note_render_event import merged_warnings
from services.rendering.prepare_render_assets import prepare_render_assets
from services.rendering.render_errors import AssetsFailed, rule_for
from services.rendering.render_events import RenderEvent, RenderFailure
from services.rendering.render_lease import LEASE, held, release, renewed_lease
from services.rendering.while_wanted import while_wanted

# With the pauses between them, more than half an hour.
MAX_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
# Until a job made by a request whose answer was lost is surely among those that ListJobs tells of.
LISTED_AFTER = timedelta(seconds=60)
NOT_DRAWN = PreviewWarningCode.CHARACTER_NOT_DRAWN.value
GIVEN_UP, QUOTA_EXCEEDED = "SUBMISSION_FAILED", "ServiceQuotaExceededException"
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
        due = Q(due_at__isnull=True) | Q(due_at__lte=now)
        render = (
            await models.Render.filter(wanted, free, due)
            .order_by("created_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if render is None:
            return None
        render.attempts += 1
        render.leased_until = now + LEASE
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
    """Create the claimed render's job, or find the one an earlier attempt made; carry out a cancellation.

    What goes wrong is tried again after a pause, in the end given up. An attempt that may have made a job
    is followed by one that looks the job up by its userMetadata first.
    """
    render = await models.Render.get(id=render_id).select_related("production__upload")
    if is_terminal(render.status):
        return
    async with renewed_lease(render, clock):
        try:
            await _submit_or_cancel(render, storage, renderer, bus, clock, defaults)
        except AssetsFailed as failed:
            await _fail(render, failed.code, str(failed), storage, bus, clock)
        except OutcomeUnknown:
            log.warning("MediaConvert's answer is lost", render_id=str(render.id), exc_info=True)
            await release(render, due_at=clock.now() + max(LISTED_AFTER, _pause(render.attempts)))
        except TryAgainLater as reason:
            log.warning("render not submitted yet", render_id=str(render.id), reason=str(reason))
            if render.attempts >= MAX_ATTEMPTS and _is_to_be_submitted(render):
                code = QUOTA_EXCEEDED if reason.code == QUOTA_EXCEEDED else GIVEN_UP
                await _fail(render, code, str(reason), storage, bus, clock)
            else:
                await release(render, due_at=clock.now() + _pause(render.attempts))
        except Exception:
            log.exception("render not submitted", render_id=str(render.id), attempts=render.attempts)
            await release(render, due_at=clock.now() + _pause(render.attempts))


def _is_to_be_submitted(render: models.Render) -> bool:
    """Otherwise it is to be cancelled, which is no failure however long it takes."""
    return render.job_id is None and render.cancel_requested_at is None


def _pause(attempts: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


async def _submit_or_cancel(
    render: models.Render,
    storage: ObjectStorage,
    renderer: MediaConvert,
    bus: EventBus,
    clock: Clock,
    defaults: JobDefaults,
) -> None:
    if render.job_id is None and render.attempts > 1:
        is_given_up = render.attempts > MAX_ATTEMPTS
        job = await _found_job(render, renderer, is_given_up=is_given_up)
        if job is not None:
            await _adopt(render, job, storage, renderer, bus, clock)
            return
        if is_given_up and render.cancel_requested_at is None:
            await _fail(render, GIVEN_UP, None, storage, bus, clock)
            return
    if render.cancel_requested_at is not None:
        await cancel_render(render, renderer=renderer, storage=storage, bus=bus, clock=clock)
    elif render.job_id is None:
        await _create_job(render, storage, renderer, bus, clock, defaults)


async def _found_job(render: models.Render, renderer: MediaConvert, *, is_given_up: bool) -> Job | None:
    """The job of an earlier attempt. Not knowing is no reason to go on for ever: a job that turns up after
    all, of a render that was given up, is cancelled as a stray one."""
    try:
        return await renderer.find_job(render.id, created_after=render.created_at)
    except Exception:
        if not is_given_up:
            raise
        log.exception("job not found at last", render_id=str(render.id))
        return None


async def _create_job(
    render: models.Render,
    storage: ObjectStorage,
    renderer: MediaConvert,
    bus: EventBus,
    clock: Clock,
    defaults: JobDefaults,
) -> None:
    prepared = await while_wanted(_prepare(render, storage, defaults), render=render)
    # The last look before the point of no return: still ours, still wanted.
    wanted = held(render).filter(status=ProductionStatus.QUEUED, job_id=None, cancel_requested_at=None)
    if prepared is None or not await wanted.update(
        settings=prepared[0], warnings=merged_warnings(prepared[1])
    ):
        await release(render)
        return
    try:
        job = await renderer.create_job(prepared[0])
    except JobRefused as refused:
        await _fail(render, refused.code, str(refused), storage, bus, clock)
        return
    await _adopt(render, job, storage, renderer, bus, clock)


async def _prepare(
    render: models.Render, storage: ObjectStorage, defaults: JobDefaults
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Put the render's own files into storage; the CreateJob request, and warnings. Raises AssetsFailed."""
    upload = render.production.upload
    config = ProductionConfig.from_json(render.config)
    media = ProbedMedia.from_json(upload.media or {})
    overlays = await prepare_render_assets(
        render=render, upload=upload, config=config, media=media, storage=storage
    )
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
    warnings = [{"code": NOT_DRAWN, "message": warning} for image in overlays for warning in image.warnings]
    return request, warnings


async def _adopt(
    render: models.Render,
    job: Job,
    storage: ObjectStorage,
    renderer: MediaConvert,
    bus: EventBus,
    clock: Clock,
) -> None:
    """Note the job, through the door that events take: one may have told of it before this answer came.
    A second job, which only a frozen process can have made, is cancelled."""
    event = event_of_job(render, job, storage, cause=f"MediaConvert {job.status}")
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)
    noted = await models.Render.get_or_none(id=render.id)
    if noted is None or noted.job_id != job.id:
        await renderer.cancel_job(job.id)


async def _fail(
    render: models.Render,
    code: str,
    message: str | None,
    storage: ObjectStorage,
    bus: EventBus,
    clock: Clock,
) -> None:
    rule = rule_for(code)
    told = (message or rule.message or code)[:2000]
    event = RenderEvent(
        render_id=render.id,
        cause=f"not submitted: {code}",
        status=ProductionStatus.FAILED,
        failure=RenderFailure(code=code, stage=rule.stage, message=told),
    )
    await record_render_event(event=event, storage=storage, bus=bus, clock=clock)
