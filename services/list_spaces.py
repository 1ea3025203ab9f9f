from dataclasses import dataclass

from tortoise.expressions import Subquery

import models
from models.statuses import SpaceRole, SpaceVisibility
from services.rows.pages import NEWEST_FIRST, Page, PageRequest, page_of
from services.rows.visible_rows import visible_rows
from services.viewer import Viewer


@dataclass(frozen=True)
class SpaceFilter:
    visibility: SpaceVisibility | None = None
    roles: tuple[SpaceRole, ...] = ()
    name_contains: str | None = None


async def list_spaces(
    *, viewer: Viewer, page: PageRequest, filter: SpaceFilter | None = None
) -> Page[models.Space]:
    """The spaces the viewer may see; with `roles`, those where the viewer has one of them."""
    wanted = filter or SpaceFilter()
    rows = visible_rows(viewer, models.Space)
    if wanted.visibility:
        rows = rows.filter(visibility=wanted.visibility)
    if wanted.name_contains:
        rows = rows.filter(name__icontains=wanted.name_contains)
    if wanted.roles:
        memberships = models.SpaceMember.filter(user_id=viewer.user_id, role__in=wanted.roles)
        rows = rows.filter(id__in=Subquery(memberships.values("space_id")))
    return await page_of(rows, NEWEST_FIRST, page)
