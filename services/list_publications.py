from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

import models
from models.statuses import PublicationStatus
from services.policy import NOT_WITHDRAWN, visible_publications
from services.rows.conditions import Exists
from services.rows.pages import NEWEST_FIRST, Page, PageRequest, page_of
from services.viewer import Viewer


@dataclass(frozen=True)
class PublicationFilter:
    """Without statuses, withdrawn publications are left out."""

    statuses: tuple[PublicationStatus, ...] = ()
    space_id: UUID | None = None
    production_id: UUID | None = None
    upload_id: UUID | None = None


NOT_WITHDRAWN_ONES = PublicationFilter()


def publications_where(viewer: Viewer, filter: PublicationFilter = NOT_WITHDRAWN_ONES) -> Q:
    """Those the filter lets through of all that the viewer may see."""
    wanted = visible_publications(viewer)
    wanted &= Q(status__in=filter.statuses) if filter.statuses else NOT_WITHDRAWN
    if filter.space_id:
        wanted &= Q(space_id=filter.space_id)
    if filter.production_id:
        wanted &= Q(production_id=filter.production_id)
    if filter.upload_id:
        wanted &= Exists(models.Production, {"id": "production_id"}, Q(upload_id=filter.upload_id))
    return wanted


async def list_publications(
    *, viewer: Viewer, page: PageRequest, filter: PublicationFilter
) -> Page[models.Publication]:
    """The publications the viewer may see, of a space, a production or an upload."""
    wanted = publications_where(viewer, filter)
    return await page_of(models.Publication, wanted, NEWEST_FIRST, page)
