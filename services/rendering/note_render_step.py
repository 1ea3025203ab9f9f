import models
from models.statuses import RenderStepKind

LONGEST_CAUSE = 300


async def note_render_step(
    production: models.Production, render: models.Render, kind: RenderStepKind, cause: str
) -> None:
    """Add to the history what is no transition. The caller holds the production's lock in a transaction."""
    await models.RenderStep.create(
        production_id=production.id,
        render_number=render.number,
        after_sequence=production.sequence,
        kind=kind,
        status=render.status,
        cause=cause[:LONGEST_CAUSE],
    )
