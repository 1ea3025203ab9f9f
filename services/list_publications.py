from dataclasses import dataclass
from uuid import UUID

import models
from models.statuses import PublicationStatus
from services.rows.pages import NEWEST_FIRST, Page, PageRequest, page_of
from services.rows.visible_rows import visible_rows
from services.viewer import Viewer


@dataclass(frozen=True)
class PublicationFilter:
    """Without statuses, withdrawn publications are left out."""

    statuses: tuple[PublicationStatus, ...] = ()
    space_id: UUID | None = None
    production_id: UUID | None = None
    upload_id: UUID | None = None


async def list_publications(
    *, viewer: Viewer, page: PageRequest, filter: PublicationFilter
) -> Page[models.Publication]:
    """The publications the viewer may see, of a space, a production or an upload."""
    rows = visible_rows(viewer, models.Publication)
    if filter.statuses:
        rows = rows.filter(status__in=filter.statuses)
    else:
        rows = rows.exclude(status=PublicationStatus.WITHDRAWN)
    if filter.space_id:
        rows = rows.filter(space_id=filter.space_id)
    if filter.production_id:
        rows = rows.filter(production_id=filter.production_id)
    if filter.upload_id:
        rows = rows.filter(production__upload_id=filter.upload_id)
    return await page_of(rows, NEWEST_FIRST, page)
