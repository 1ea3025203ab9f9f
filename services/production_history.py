from collections.abc import Sequence

import models
from models.statuses import StatusEventKind
from services.policy import owns
from services.viewer import Viewer


async def production_history(
    *, viewer: Viewer, production: models.Production
) -> Sequence[models.StatusEvent]:
    """Every transition since the beginning, oldest first, for the owner; others see none."""
    if not owns(viewer, production):
        return []
    return await models.StatusEvent.filter(
        subject_id=production.id, kind=StatusEventKind.PRODUCTION_STATUS
    ).order_by("sequence")


async def production_renders(*, viewer: Viewer, production: models.Production) -> Sequence[models.Render]:
    """Every attempt, newest first, for the owner; others see none."""
    if not owns(viewer, production):
        return []
    return await models.Render.filter(production_id=production.id).order_by("-number")
