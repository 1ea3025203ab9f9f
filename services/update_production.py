from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from services.create_production import MAX_TITLE, config_errors
from services.errors import Refused, Unauthenticated, UserError
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.production_assets import production_asset_errors, record_production_assets
from services.production_config import ProductionConfig
from services.rendering.supersede_renders import supersede_renders
from services.rows.owned_production import lock_owned_production
from services.start_production_render import start_production_render
from services.viewer import Viewer


class UpdateProductionErrorCode(StrEnum):
    PRODUCTION_NOT_FOUND = "PRODUCTION_NOT_FOUND"
    TITLE_INVALID = "TITLE_INVALID"
    CONFIG_INVALID = "CONFIG_INVALID"


async def update_production(
    *,
    viewer: Viewer,
    bus: EventBus,
    clock: Clock,
    production_id: UUID,
    title: str | None = None,
    config: ProductionConfig | None = None,
) -> models.Production:
    """Rename a production, or render it anew with another config while the last completed render plays on.

    A render that is under way is superseded: it is asked to end, and no longer moves the production.
    """
    if viewer.user_id is None:
        raise Unauthenticated
    codes = UpdateProductionErrorCode
    async with in_transaction():
        production = await lock_owned_production(
            viewer=viewer,
            production_id=production_id,
            not_found=codes.PRODUCTION_NOT_FOUND,
            path=("input", "productionId"),
        )
        await _validate(viewer, production, title, config)
        if title is not None:
            production.title = title.strip()
        is_rendered_anew = config is not None and config.to_json() != production.config
        if config and is_rendered_anew:
            await supersede_renders(production, clock=clock, cause="config updated")
            await record_production_assets(production, config)
            await start_production_render(production=production, config=config, cause="config updated")
        await production.save()
    if is_rendered_anew:
        await bus.announce_transition()
        await bus.announce_work()
    return production


async def _validate(
    viewer: Viewer, production: models.Production, title: str | None, config: ProductionConfig | None
) -> None:
    """Raises Refused with everything that is wrong; holds the uploads that the config uses."""
    codes, errors = UpdateProductionErrorCode, []
    if config is not None:
        upload = await models.Upload.get(id=production.upload_id)
        errors += config_errors(config, upload, codes.CONFIG_INVALID)
        errors += await production_asset_errors(viewer, config, codes.CONFIG_INVALID)
    if title is not None and not 1 <= len(title.strip()) <= MAX_TITLE:
        message = f"A title has 1 to {MAX_TITLE} characters."
        errors.append(UserError(codes.TITLE_INVALID, message, ("input", "title")))
    if errors:
        raise Refused(*errors)
