from dataclasses import dataclass

import models
from models.statuses import UploadKind, UploadStatus
from services.rows.pages import NEWEST_FIRST, Order, Page, PageRequest, page_of
from services.rows.visible_rows import visible_rows
from services.viewer import Viewer


@dataclass(frozen=True)
class UploadFilter:
    statuses: tuple[UploadStatus, ...] = ()
    title_contains: str | None = None
    kinds: tuple[UploadKind, ...] = ()


async def list_uploads(
    *, viewer: Viewer, page: PageRequest, filter: UploadFilter | None = None, order: Order = NEWEST_FIRST
) -> Page[models.Upload]:
    """The viewer's uploads."""
    rows = visible_rows(viewer, models.Upload)
    if filter and filter.statuses:
        rows = rows.filter(status__in=filter.statuses)
    if filter and filter.kinds:
        rows = rows.filter(kind__in=filter.kinds)
    if filter and filter.title_contains:
        rows = rows.filter(title__icontains=filter.title_contains)
    return await page_of(rows, order, page)
