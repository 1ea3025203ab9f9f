"""What became of a production, step by step, for its owner."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from tortoise.expressions import Q

import models
from models.statuses import StatusEventKind
from services.policy import of_own_production, visible_renders
from services.viewer import Viewer

HistoryRow = models.StatusEvent | models.RenderStep


def transitions_where(viewer: Viewer) -> Q:
    """The transitions of the viewer's own productions, in the event log."""
    return Q(kind=StatusEventKind.PRODUCTION_STATUS) & of_own_production(viewer, "subject_id")


async def production_histories(
    *, viewer: Viewer, production_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[HistoryRow]]:
    """By production: every transition, and every step between, since the beginning, oldest first; others than
    the owner see none.

    Both were written under the production's lock: steps stand after the transition they name, by id.
    """
    transitions = models.StatusEvent.filter(transitions_where(viewer), subject_id__in=set(production_ids))
    steps = models.RenderStep.filter(of_own_production(viewer), production_id__in=set(production_ids))
    histories: dict[UUID, list[HistoryRow]] = {production_id: [] for production_id in production_ids}
    for event in await transitions:
        histories[event.subject_id].append(event)
    for step in await steps:
        histories[step.production_id].append(step)
    return {production_id: sorted(rows, key=_place) for production_id, rows in histories.items()}


def _place(row: HistoryRow) -> tuple[int, int]:
    return (row.after_sequence, row.id) if isinstance(row, models.RenderStep) else (row.sequence, 0)


async def production_renders(*, viewer: Viewer, production: models.Production) -> Sequence[models.Render]:
    """Every attempt, newest first, for the owner; others see none."""
    return await models.Render.filter(visible_renders(viewer), production_id=production.id).order_by(
        "-number"
    )
