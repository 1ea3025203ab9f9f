from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.errors import Unauthenticated, refuse
from services.gateways.event_bus import EventBus
from services.production_config import ProductionConfig
from services.rows.owned_production import lock_owned_production
from services.start_production_render import start_production_render
from services.viewer import Viewer


class RetryProductionErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    PRODUCTION_NOT_FAILED = "PRODUCTION_NOT_FAILED"


async def retry_production(*, viewer: Viewer, bus: EventBus, production_id: UUID) -> models.Production:
    """Queue a new render, with the same config, of a production that FAILED or was CANCELED. Automatic
    retries are counted anew from here."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = RetryProductionErrorCode
    async with in_transaction():
        production = await lock_owned_production(
            viewer=viewer,
            production_id=production_id,
            not_found=codes.PRODUCTION_NOT_FOUND,
            path=("input", "productionId"),
        )
        if production.status not in (ProductionStatus.FAILED, ProductionStatus.CANCELED):
            message = f"The production is {production.status}; only FAILED or CANCELED ones are retried."
            raise refuse(codes.PRODUCTION_NOT_FAILED, message, "input", "productionId")
        config = ProductionConfig.from_json(production.config)
        await start_production_render(production=production, config=config, cause="retried")
    await bus.announce_transition()
    await bus.announce_work()
    return production
