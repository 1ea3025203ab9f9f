from dataclasses import dataclass
from uuid import UUID

import models
from models.statuses import ProductionStatus, PublicationStatus
from services.rows.pages import NEWEST_FIRST, Order, Page, PageRequest, page_of
from services.rows.visible_rows import visible_rows
from services.viewer import Viewer


@dataclass(frozen=True)
class ProductionFilter:
    statuses: tuple[ProductionStatus, ...] = ()
    upload_id: UUID | None = None
    space_id: UUID | None = None
    owner_id: UUID | None = None
    title_contains: str | None = None


async def list_productions(
    *,
    viewer: Viewer,
    page: PageRequest,
    filter: ProductionFilter | None = None,
    order: Order = NEWEST_FIRST,
) -> Page[models.Production]:
    """The productions the viewer may see: their own and those shown to them in spaces."""
    wanted = filter or ProductionFilter()
    rows = visible_rows(viewer, models.Production)
    if wanted.statuses:
        rows = rows.filter(status__in=wanted.statuses)
    if wanted.upload_id:
        rows = rows.filter(upload_id=wanted.upload_id)
    if wanted.owner_id:
        rows = rows.filter(owner_id=wanted.owner_id)
    if wanted.title_contains:
        rows = rows.filter(title__icontains=wanted.title_contains)
    if wanted.space_id:
        shown = (
            visible_rows(viewer, models.Publication)
            .filter(space_id=wanted.space_id)
            .exclude(status=PublicationStatus.WITHDRAWN)
        )
        rows = rows.filter(id__in=await shown.values_list("production_id", flat=True))
    return await page_of(rows, order, page)
