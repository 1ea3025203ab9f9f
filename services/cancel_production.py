from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import RenderStepKind
from services.errors import Unauthenticated, refuse
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.render_lifecycle import is_terminal
from services.rendering.note_render_step import note_render_step
from services.rows.owned_production import lock_owned_production
from services.viewer import Viewer


class CancelProductionErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    PRODUCTION_FINISHED = "PRODUCTION_FINISHED"


async def cancel_production(
    *, viewer: Viewer, bus: EventBus, clock: Clock, production_id: UUID
) -> models.Production:
    """Ask for the current render to end. A worker carries it out; the status is CANCELED once the render
    really stopped, or COMPLETED where it was quicker: whichever is recorded first stays."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = CancelProductionErrorCode
    async with in_transaction():
        production = await lock_owned_production(
            viewer=viewer,
            production_id=production_id,
            not_found=codes.PRODUCTION_NOT_FOUND,
            path=("input", "productionId"),
        )
        if is_terminal(production.status):
            message = f"The production is {production.status} already."
            raise refuse(codes.PRODUCTION_FINISHED, message, "input", "productionId")
        render = (
            await models.Render.filter(production_id=production.id, number=production.current_render_number)
            .select_for_update()
            .get()
        )
        if render.cancel_requested_at is None:
            # The lease stays: whoever holds it may be making the job just now, and looks once more then.
            render.cancel_requested_at = clock.now()
            render.due_at = None
            await render.save(update_fields=["cancel_requested_at", "due_at"])
            await note_render_step(production, render, RenderStepKind.CANCEL_REQUESTED, "cancelProduction")
    await bus.announce_work()
    return production
