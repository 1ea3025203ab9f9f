from collections.abc import Sequence
from typing import Any

from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus, ProgressTick
from services.gateways.object_storage import ObjectStorage, StoredObject
from services.job_settings.render_outputs import render_outputs
from services.lock_production import lock_production
from services.production_status import write_production_status
from services.render_events import RenderEvent
from services.render_lifecycle import RenderState, fold_render_event, is_terminal


async def record_render_event(
    *, event: RenderEvent, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> models.Production | None:
    """Fold one event into its render and production; None when it changed nothing.

    Duplicates, late and reordered events, foreign renders and superseded jobs all leave the rows as they are.
    """
    outputs = await _measured_outputs(event, storage)
    async with in_transaction():
        render, production = await _lock(event)
        if render is None or production is None:
            return None
        before = _state(render)
        after = fold_render_event(
            before,
            status=event.status,
            progress_percent=event.progress_percent,
            phase=event.phase,
            job_retry_count=event.job_retry_count,
        )
        _note(render, event, after, clock)
        if before.status is not ProductionStatus.COMPLETED and after.status is ProductionStatus.COMPLETED:
            render.outputs = outputs
            await _go_live(production, render, clock)
        await render.save()
        if after == before or render.number != production.current_render_number:
            return None
        is_transition = await write_production_status(production, render, after, cause=event.cause)
    if is_transition:
        await bus.announce_transition()
    else:
        await bus.announce_progress(
            ProgressTick(production.id, render.number, after.progress_percent, after.phase)
        )
    return production


async def _lock(event: RenderEvent) -> tuple[models.Render | None, models.Production | None]:
    """The production first, then its render: every writer locks in this order."""
    found = await models.Render.filter(id=event.render_id).first()
    if found is None:
        return None, None
    production = await lock_production(models.Production.all(), found.production_id)
    render = await models.Render.filter(id=event.render_id).select_for_update().first()
    if render is None or (render.job_id and event.job_id and render.job_id != event.job_id):
        return None, None
    return render, production


def _state(render: models.Render) -> RenderState:
    return RenderState(render.status, render.progress_percent, render.phase, render.job_retry_count)


def _note(render: models.Render, event: RenderEvent, after: RenderState, clock: Clock) -> None:
    """What the event adds besides the state. Its job id heals a CreateJob whose answer was lost."""
    now = clock.now()
    render.last_heard_at = now
    render.job_id = render.job_id or event.job_id
    render.queue = event.queue or render.queue
    if event.job_id and render.submitted_at is None:
        render.submitted_at = now
    known = {warning["code"] for warning in render.warnings}
    render.warnings = [*render.warnings, *(dict(w) for w in event.warnings if w["code"] not in known)]
    if not is_terminal(render.status):
        if after.status is not ProductionStatus.QUEUED and event.job_id and render.started_at is None:
            render.started_at = now
        if is_terminal(after.status):
            render.finished_at = now
        if after.status is ProductionStatus.FAILED and event.failure:
            render.error_code = event.failure.code
            render.error_stage = event.failure.stage
            render.error_message = event.failure.message
    render.status = after.status
    render.progress_percent = after.progress_percent
    render.phase = after.phase
    render.job_retry_count = after.job_retry_count


async def _go_live(production: models.Production, render: models.Render, clock: Clock) -> None:
    """What waited for this render is shown in the transaction that completes it."""
    production.playable_render_number = max(render.number, production.playable_render_number or 0)
    await production.save(update_fields=["playable_render_number"])
    await models.Publication.filter(production_id=production.id, status=PublicationStatus.WAITING).update(
        status=PublicationStatus.LIVE, published_at=clock.now(), updated_at=clock.now()
    )


async def _measured_outputs(event: RenderEvent, storage: ObjectStorage) -> list[dict[str, Any]]:
    """The outputs a COMPLETE event leaves, with their sizes, asked before the transaction: nothing outside
    is called while a row is locked. Raises whatever storage raises, so the event is delivered again."""
    if event.status is not ProductionStatus.COMPLETED:
        return []
    render = await models.Render.filter(id=event.render_id).first()
    if render is None or render.settings is None:
        return []
    stored = await storage.list_objects(f"{render.output_prefix}/")
    told = {output.uri: output for output in event.outputs}
    measured = []
    for expected in render_outputs(render.settings):
        detail = told.get(storage.uri(expected.key))
        measured.append(
            {
                "kind": expected.kind,
                "key": expected.key,
                "width": detail.width if detail and detail.width else expected.width,
                "height": detail.height if detail and detail.height else expected.height,
                "bitrate": detail.bitrate if detail and detail.bitrate else expected.bitrate,
                "durationMs": detail.duration_ms if detail else None,
                "byteSize": _byte_size(expected.key, stored),
            }
        )
    return measured


def _byte_size(key: str, stored: Sequence[StoredObject]) -> int:
    """A playlist weighs what it and its segments weigh: `index_720.m3u8` with every `index_720_00001.ts`."""
    stem = key.removesuffix(".m3u8")
    if stem == key:
        return sum(item.byte_size for item in stored if item.key == key)
    return sum(item.byte_size for item in stored if item.key == key or item.key.startswith(f"{stem}_"))
