from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from services.errors import Unauthenticated, refuse
from services.gateways.event_bus import EventBus
from services.publication_status import write_end_of_publications
from services.render_lifecycle import UNFINISHED
from services.rows.owned_production import lock_owned_production
from services.viewer import Viewer


class DeleteProductionErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    PRODUCTION_RENDERING = "PRODUCTION_RENDERING"


async def delete_production(*, viewer: Viewer, bus: EventBus, production_id: UUID) -> UUID:
    """Remove a production with its renders and publications now, and its objects right after.

    Refused while a render runs: its job would go on writing objects that nobody would remove.
    """
    if viewer.user_id is None:
        raise Unauthenticated
    codes = DeleteProductionErrorCode
    async with in_transaction():
        production = await lock_owned_production(
            viewer=viewer,
            production_id=production_id,
            not_found=codes.PRODUCTION_NOT_FOUND,
            path=("input", "productionId"),
        )
        if await models.Render.filter(production_id=production.id, status__in=UNFINISHED).exists():
            message = "A render is under way; cancel it first, and wait for its end."
            raise refuse(codes.PRODUCTION_RENDERING, message, "input", "productionId")
        await models.StorageDeletion.create(prefix=f"t/{production.owner_id}/p/{production.id}/")
        shown = await models.Publication.filter(production_id=production.id)
        is_transition = await write_end_of_publications(shown, cause="deleteProduction")
        await production.delete()
    if is_transition:
        await bus.announce_transition()
    await bus.announce_work()
    return production_id
