import models
from models.statuses import RenderStepKind
from services.gateways.clock import Clock
from services.render_lifecycle import UNFINISHED
from services.rendering.note_render_step import note_render_step


async def supersede_renders(production: models.Production, *, clock: Clock, cause: str) -> None:
    """Ask every render of a production that is under way to end, because another takes its place.

    Runs inside the caller's transaction, under the production's lock; a worker cancels them after commit.
    What they do from then on no longer moves the production.
    """
    under_way = models.Render.filter(
        production_id=production.id, status__in=UNFINISHED, cancel_requested_at__isnull=True
    )
    for render in await under_way.order_by("number").select_for_update():
        render.cancel_requested_at = clock.now()
        render.due_at = None
        await render.save(update_fields=["cancel_requested_at", "due_at"])
        await note_render_step(production, render, RenderStepKind.SUPERSEDED, cause)
