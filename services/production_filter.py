from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.rows.visible_rows import visible_rows
from services.viewer import Viewer


@dataclass(frozen=True)
class ProductionFilter:
    """Which productions; all conditions hold."""

    statuses: tuple[ProductionStatus, ...] = ()
    upload_id: UUID | None = None
    space_id: UUID | None = None
    """Only those published there, as far as the viewer may see that."""
    owner_id: UUID | None = None
    title_contains: str | None = None
    """In any case."""


def filtered_productions(viewer: Viewer, filter: ProductionFilter) -> QuerySet[models.Production]:
    """Those the filter lets through of all that the viewer may see."""
    rows = visible_rows(viewer, models.Production)
    if filter.statuses:
        rows = rows.filter(status__in=filter.statuses)
    if filter.upload_id:
        rows = rows.filter(upload_id=filter.upload_id)
    if filter.owner_id:
        rows = rows.filter(owner_id=filter.owner_id)
    if filter.title_contains:
        rows = rows.filter(title__icontains=filter.title_contains)
    if filter.space_id:
        shown = (
            visible_rows(viewer, models.Publication)
            .filter(space_id=filter.space_id)
            .exclude(status=PublicationStatus.WITHDRAWN)
        )
        rows = rows.filter(id__in=Subquery(shown.values("production_id")))
    return rows
