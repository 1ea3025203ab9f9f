from dataclasses import dataclass

from tortoise.expressions import Q

import models
from models.statuses import UploadKind, UploadStatus
from services.policy import visible_uploads
from services.rows.pages import NEWEST_FIRST, Order, Page, PageRequest, page_of
from services.viewer import Viewer


@dataclass(frozen=True)
class UploadFilter:
    """Which uploads; all conditions hold."""

    statuses: tuple[UploadStatus, ...] = ()
    title_contains: str | None = None
    """In any case."""
    kinds: tuple[UploadKind, ...] = ()


EVERY_UPLOAD = UploadFilter()


def uploads_where(viewer: Viewer, filter: UploadFilter = EVERY_UPLOAD) -> Q:
    """Those the filter lets through of the viewer's."""
    wanted = visible_uploads(viewer)
    if filter.statuses:
        wanted &= Q(status__in=filter.statuses)
    if filter.kinds:
        wanted &= Q(kind__in=filter.kinds)
    if filter.title_contains:
        wanted &= Q(title__icontains=filter.title_contains)
    return wanted


async def list_uploads(
    *, viewer: Viewer, page: PageRequest, filter: UploadFilter = EVERY_UPLOAD, order: Order = NEWEST_FIRST
) -> Page[models.Upload]:
    """The viewer's uploads."""
    wanted = uploads_where(viewer, filter)
    return await page_of(models.Upload, wanted, order, page)
