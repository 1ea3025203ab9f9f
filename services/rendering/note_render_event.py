"""What an event adds to a render's row. Each column is a function of the set of events heard, not of their
order: MediaConvert's own times decide, and lists are merged and sorted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import models
from models.statuses import ProductionStatus
from services.render_lifecycle import RenderState, fold_render_event, is_terminal
from services.rendering.render_events import RenderEvent
from services.rendering.render_silence import overdue_at


def state_of(render: models.Render) -> RenderState:
    return RenderState(render.status, render.progress_percent, render.phase, render.job_retry_count)


def note_render_event(render: models.Render, event: RenderEvent, now: datetime) -> RenderState:
    """Fold the event into the (unsaved) row; the state after it."""
    before = state_of(render)
    after = fold_render_event(
        before,
        status=event.status,
        progress_percent=event.progress_percent,
        phase=event.phase,
        job_retry_count=event.job_retry_count,
    )
    told_at = event.occurred_at or now
    render.last_heard_at = now
    if event.job_id:
        _note_job(render, event, told_at)
    render.warnings = merged_warnings([*render.warnings, *event.warnings])
    if not is_terminal(before.status) and is_terminal(after.status):
        _note_end(render, event, after, told_at)
    render.status = after.status
    render.progress_percent = after.progress_percent
    render.phase = after.phase
    render.job_retry_count = after.job_retry_count
    render.overdue_at = overdue_at(render, now)
    return after


def _note_job(render: models.Render, event: RenderEvent, told_at: datetime) -> None:
    """The job's id heals a CreateJob whose answer was lost; with it, submitting is over."""
    if render.job_id is None:
        render.job_id = event.job_id
        render.attempts = 0
        render.due_at = render.leased_until = None
    render.submitted_at = _earliest(render.submitted_at, told_at)
    if event.status is ProductionStatus.PROCESSING:
        render.started_at = _earliest(render.started_at, told_at)
    newest = (render.told_at or told_at, render.queue or "")
    if event.queue and (told_at, event.queue) >= newest:
        render.queue = event.queue
    render.told_at = max(told_at, newest[0])


def _note_end(render: models.Render, event: RenderEvent, after: RenderState, told_at: datetime) -> None:
    render.finished_at = told_at
    render.due_at = render.leased_until = None
    if after.status is ProductionStatus.FAILED and event.failure:
        render.error_code = event.failure.code
        render.error_stage = event.failure.stage
        render.error_message = event.failure.message


def merged_warnings(warnings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each warning once, sorted; COMPLETE repeats codes without their texts."""
    told = {(str(warning["code"]), str(warning["message"])) for warning in warnings}
    explained = {code for code, message in told if message}
    kept = sorted((code, message) for code, message in told if message or code not in explained)
    return [{"code": code, "message": message} for code, message in kept]


def _earliest(known: datetime | None, told: datetime) -> datetime:
    return min(known, told) if known else told
