"""Everything that an event of a render changes, inside one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import models
from models.statuses import ProductionStatus, RenderStepKind
from services.production_config import ProductionConfig
from services.production_status import write_production_status
from services.render_lifecycle import RenderState, is_terminal
from services.rendering.go_live import go_live
from services.rendering.note_render_event import note_render_event, state_of
from services.rendering.note_render_step import note_render_step
from services.rendering.render_errors import automatic_retry_after
from services.rendering.render_events import RenderEvent
from services.start_production_render import start_production_render


@dataclass(frozen=True)
class Applied:
    """What to announce after the commit."""

    is_transition: bool = False
    is_progress: bool = False
    is_work: bool = False


async def apply_render_event(
    production: models.Production,
    render: models.Render,
    event: RenderEvent,
    *,
    outputs: Sequence[dict[str, Any]],
    now: datetime,
) -> Applied:
    """Fold an event into its render and, if that is the current one, its production.

    The caller holds both rows' locks. `outputs` are those a COMPLETE event leaves.
    """
    before = state_of(render)
    had_job = render.job_id is not None
    after = note_render_event(render, event, now)
    has_ended = is_terminal(after.status) and not is_terminal(before.status)
    if has_ended and after.status is ProductionStatus.COMPLETED:
        render.outputs = list(outputs)
    await render.save()
    if render.job_id is not None and not had_job:
        cause = f"MediaConvert has it as job {render.job_id}"
        await note_render_step(production, render, RenderStepKind.SUBMITTED, cause)
    if is_over_for_good(event, after):
        await models.StorageDeletion.create(prefix=f"{render.output_prefix}/")
    is_work = has_ended and after.status is not ProductionStatus.COMPLETED
    if render.number != production.current_render_number:
        if has_ended:
            await note_render_step(production, render, RenderStepKind.RENDER_ENDED, event.cause)
        return Applied(is_work=is_work)
    if has_ended:
        return await _end(production, render, after, event.cause, now)
    if after == before:
        return Applied()
    is_transition = await write_production_status(production, render, after, cause=event.cause)
    return Applied(is_transition=is_transition, is_progress=not is_terminal(after.status))


def is_over_for_good(event: RenderEvent, after: RenderState) -> bool:
    """Whether nothing will be played of what the render wrote or may have written: said again with each
    final event of its job, for one that went on after we had given it up may have written more."""
    is_final = event.status is not None and is_terminal(event.status)
    return is_final and after.status in (ProductionStatus.FAILED, ProductionStatus.CANCELED)


async def _end(
    production: models.Production, render: models.Render, after: RenderState, cause: str, now: datetime
) -> Applied:
    """The current render ended: it goes live, is tried again, or is what the production now shows."""
    if after.status is ProductionStatus.COMPLETED:
        await write_production_status(production, render, after, cause=cause)
        await go_live(production, render, cause=cause, now=now)
        return Applied(is_transition=True)
    if after.status is ProductionStatus.FAILED and await _try_again(production, render, now):
        return Applied(is_transition=True, is_work=True)
    await write_production_status(production, render, after, cause=cause)
    return Applied(is_transition=True, is_work=True)


async def _try_again(production: models.Production, render: models.Render, now: datetime) -> bool:
    """Queue another render where that may help and nobody asked for an end."""
    if render.error_code is None or render.cancel_requested_at is not None:
        return False
    upload = await models.Upload.get(id=production.upload_id)
    wait = automatic_retry_after(
        render.error_code, retries_made=render.automatic_retries, upload_age=now - upload.updated_at
    )
    if wait is None:
        return False
    told = f"FAILED with {render.error_code}: {render.error_message or ''}"
    await note_render_step(production, render, RenderStepKind.RENDER_ENDED, told)
    await start_production_render(
        production=production,
        config=ProductionConfig.from_json(render.config),
        cause=f"retried automatically after {render.error_code}",
        automatic_retries=render.automatic_retries + 1,
        due_at=now + wait,
    )
    return True
