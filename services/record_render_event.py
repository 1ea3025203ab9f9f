from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus, ProgressTick
from services.gateways.object_storage import ObjectStorage
from services.rendering.apply_render_event import Applied, apply_render_event
from services.rendering.measure_render_outputs import measure_render_outputs
from services.rendering.render_events import RenderEvent
from services.rows.lock_production import lock_production


async def record_render_event(
    *, event: RenderEvent, storage: ObjectStorage, bus: EventBus, clock: Clock
) -> models.Production | None:
    """Fold one event into its render and production; None when the production stayed as it was.

    Duplicates, late and reordered events, foreign renders and superseded jobs all end in the same rows.
    Raises whatever storage raises, so that the event is delivered again.
    """
    outputs = []
    if event.status is ProductionStatus.COMPLETED:
        # Asked before the transaction: nothing outside is called while a row is locked.
        outputs = await measure_render_outputs(event, storage)
    async with in_transaction():
        render, production = await _lock(event)
        if render is None or production is None:
            return None
        applied = await apply_render_event(production, render, event, outputs=outputs, now=clock.now())
    await _announce(production, applied, bus)
    return production if applied.is_transition or applied.is_progress else None


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


async def _announce(production: models.Production, applied: Applied, bus: EventBus) -> None:
    if applied.is_transition:
        await bus.announce_transition()
    elif applied.is_progress:
        tick = ProgressTick(
            production.id,
            production.sequence,
            production.progress_percent,
            production.phase,
            production.updated_at,
        )
        await bus.announce_progress(tick)
    if applied.is_work:
        await bus.announce_work()
