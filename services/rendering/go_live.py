from datetime import datetime

import models
from models.statuses import PublicationStatus, RenderStepKind
from services.rendering.note_render_step import note_render_step


async def go_live(production: models.Production, render: models.Render, now: datetime) -> None:
    """Play a completed render under the production's URLs from this transaction's commit on, and show what
    waited for it. The caller holds the production's lock."""
    production.playable_render_number = render.number
    await production.save(update_fields=["playable_render_number"])
    waiting = models.Publication.filter(production_id=production.id, status=PublicationStatus.WAITING)
    shown = await waiting.update(status=PublicationStatus.LIVE, published_at=now, updated_at=now)
    if shown:
        cause = f"went live in {shown} {'space' if shown == 1 else 'spaces'}"
        await note_render_step(production, render, RenderStepKind.PUBLISHED, cause)
