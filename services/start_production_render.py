import models
from models.statuses import ProductionStatus
from services.production_config import ProductionConfig
from services.production_status import write_production_status
from services.render_lifecycle import RenderState


async def start_production_render(
    *, production: models.Production, config: ProductionConfig, cause: str
) -> models.Render:
    """Make the next render of a production: its own number, token and output prefix.

    Runs inside the caller's transaction, under the production's row lock; a worker submits it after commit.
    """
    number = production.current_render_number + 1
    production.config = config.to_json()
    render = await models.Render.create(
        production_id=production.id,
        number=number,
        status=ProductionStatus.QUEUED,
        config=production.config,
        output_prefix=f"t/{production.owner_id}/p/{production.id}/r/{number}",
    )
    await write_production_status(production, render, RenderState(ProductionStatus.QUEUED), cause=cause)
    return render
