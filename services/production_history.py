"""What became of a production, step by step, for its owner."""

from collections.abc import Sequence

import models
from models.statuses import StatusEventKind
from services.policy import owns
from services.viewer import Viewer

HistoryRow = models.StatusEvent | models.RenderStep


async def production_history(*, viewer: Viewer, production: models.Production) -> Sequence[HistoryRow]:
    """Every transition, and every step between, since the beginning, oldest first; others see none.

    Both were written under the production's lock: steps stand after the transition they name, by id.
    """
    if not owns(viewer, production):
        return []
    transitions = await models.StatusEvent.filter(
        subject_id=production.id, kind=StatusEventKind.PRODUCTION_STATUS
    )
    steps = await models.RenderStep.filter(production_id=production.id)
    return sorted([*transitions, *steps], key=_place)


def _place(row: HistoryRow) -> tuple[int, int]:
    return (row.after_sequence, row.id) if isinstance(row, models.RenderStep) else (row.sequence, 0)


async def production_renders(*, viewer: Viewer, production: models.Production) -> Sequence[models.Render]:
    """Every attempt, newest first, for the owner; others see none."""
    if not owns(viewer, production):
        return []
    return await models.Render.filter(production_id=production.id).order_by("-number")
