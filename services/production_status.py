"""The one writer of a production's status: the row and its line in the event log change together."""

import models
from models.statuses import ProductionStatus, StatusEventKind
from services.render_lifecycle import RenderState


async def write_production_status(
    production: models.Production, render: models.Render, state: RenderState, *, cause: str
) -> bool:
    """Make the production show its current render's state; True when that was a transition.

    The caller holds the production's row lock inside a transaction, so sequences follow commit order.
    """
    previous: ProductionStatus | None = production.status if production.sequence else None
    is_new_render = production.current_render_number != render.number
    production.status = state.status
    production.progress_percent = state.progress_percent
    production.phase = state.phase
    production.current_render_number = render.number
    is_transition = is_new_render or previous is not state.status
    if is_transition:
        production.sequence += 1
    await production.save()
    if is_transition:
        await models.StatusEvent.create(
            kind=StatusEventKind.PRODUCTION_STATUS,
            subject_id=production.id,
            sequence=production.sequence,
            data={
                "previousStatus": previous,
                "status": state.status,
                "progressPercent": state.progress_percent,
                "phase": state.phase,
                "renderNumber": render.number,
                "cause": cause,
            },
        )
    return is_transition
