from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.errors import Unauthenticated, refuse
from services.owned_production import lock_owned_production
from services.viewer import Viewer


class RestoreRenderErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    RENDER_NOT_FOUND = "RENDER_NOT_FOUND"
    RENDER_NOT_COMPLETED = "RENDER_NOT_COMPLETED"


async def restore_render(*, viewer: Viewer, production_id: UUID, number: int) -> models.Production:
    """Play an earlier completed render again, under the same URLs."""
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
        production.playable_render_number = number
        await production.save(update_fields=["playable_render_number", "updated_at"])
    return production
