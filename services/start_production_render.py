from datetime import datetime

import models
from models.statuses import ProductionStatus
from services.production_config import ProductionConfig
from services.production_status import write_production_status
from services.render_lifecycle import RenderState


async def start_production_render(
    *,
    production: models.Production,
    config: ProductionConfig,
    cause: str,
    automatic_retries: int = 0,
    due_at: datetime | None = None,
) -> models.Render:
    """Make the next render of a production: its own number, token and output prefix.

    Runs inside the caller's transaction, under the production's row lock; a worker submits it after commit,
    not before `due_at`. Numbers go on from the highest, whichever render is the current one.
    """
    last = await models.Render.filter(production_id=production.id).order_by("-number").first()
    number = last.number + 1 if last else 1
    production.config = config.to_json()
    render = await models.Render.create(
        production_id=production.id,
        number=number,
        status=ProductionStatus.QUEUED,
        config=production.config,
        output_prefix=f"t/{production.owner_id}/p/{production.id}/r/{number}",
        automatic_retries=automatic_retries,
        due_at=due_at,
    )
    await write_production_status(production, render, RenderState(ProductionStatus.QUEUED), cause=cause)
    return render
