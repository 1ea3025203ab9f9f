from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.errors import Unauthenticated, refuse
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.production_assets import record_production_assets
from services.production_config import ProductionConfig
from services.production_status import write_production_status
from services.rendering.go_live import go_live
from services.rendering.note_render_event import state_of
from services.rendering.supersede_renders import supersede_renders
from services.rows.hold_uploads import hold_uploads
from services.rows.owned_production import lock_owned_production
from services.viewer import Viewer


class RestoreRenderErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    RENDER_NOT_FOUND = "RENDER_NOT_FOUND"
    RENDER_NOT_COMPLETED = "RENDER_NOT_COMPLETED"


async def restore_render(
    *, viewer: Viewer, bus: EventBus, clock: Clock, production_id: UUID, number: int
) -> models.Production:
    """Go back to an earlier completed render: it becomes the current one, plays under the same URLs at once,
    and its config is the production's again. A render that is under way is superseded.

    Watchers are told by a transition to COMPLETED. Restoring what is current and plays changes nothing.
    """
    if viewer.user_id is None:
        raise Unauthenticated
    codes = RestoreRenderErrorCode
    async with in_transaction():
        production = await lock_owned_production(
            viewer=viewer,
            production_id=production_id,
            not_found=codes.PRODUCTION_NOT_FOUND,
            path=("input", "productionId"),
        )
        render = await models.Render.filter(production_id=production.id, number=number).first()
        if render is None:
            raise refuse(codes.RENDER_NOT_FOUND, f"There is no render {number}.", "input", "number")
        if render.status is not ProductionStatus.COMPLETED:
            message = f"Render {number} is {render.status}; only a COMPLETED one can be played."
            raise refuse(codes.RENDER_NOT_COMPLETED, message, "input", "number")
        if production.current_render_number == production.playable_render_number == number:
            return production
        cause = f"render {number} restored"
        await supersede_renders(production, clock=clock, cause=cause)
        config = ProductionConfig.from_json(render.config)
        await hold_uploads(viewer, {upload_id for upload_id, _ in config.referenced_uploads()})
        await record_production_assets(production, config)
        production.config = render.config
        await write_production_status(production, render, state_of(render), cause=cause)
        await go_live(production, render, cause=cause, now=clock.now())
    await bus.announce_transition()
    await bus.announce_work()
    return production
