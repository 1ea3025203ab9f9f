from datetime import datetime

import models
from models.statuses import PublicationStatus, RenderStepKind
from services.publication_status import write_publication_status
from services.rendering.note_render_step import note_render_step


async def go_live(production: models.Production, render: models.Render, *, cause: str, now: datetime) -> None:
    """Play a completed render under the production's URLs from this transaction's commit on, and show what
    waited for it. The caller holds the production's lock."""
    production.playable_render_number = render.number
    await production.save(update_fields=["playable_render_number"])
    waiting = await models.Publication.filter(production_id=production.id, status=PublicationStatus.WAITING)
    for publication in waiting:
        await write_publication_status(publication, PublicationStatus.LIVE, cause=cause, published_at=now)
    if waiting:
        told = f"went live in {len(waiting)} {'space' if len(waiting) == 1 else 'spaces'}"
        await note_render_step(production, render, RenderStepKind.PUBLISHED, told)
