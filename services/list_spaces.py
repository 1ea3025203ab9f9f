from dataclasses import dataclass

from tortoise.expressions import Q

import models
from models.statuses import SpaceRole, SpaceVisibility
from services.policy import visible_spaces
from services.rows.conditions import Exists
from services.rows.pages import NEWEST_FIRST, Page, PageRequest, page_of
from services.viewer import Viewer


@dataclass(frozen=True)
class SpaceFilter:
    """With `roles`, only those where the viewer has one of them."""

    visibility: SpaceVisibility | None = None
    roles: tuple[SpaceRole, ...] = ()
    name_contains: str | None = None
    """In any case."""


EVERY_SPACE = SpaceFilter()


def spaces_where(viewer: Viewer, filter: SpaceFilter = EVERY_SPACE) -> Q:
    """Those the filter lets through of all that the viewer may see."""
    wanted = visible_spaces(viewer)
    if filter.visibility:
        wanted &= Q(visibility=filter.visibility)
    if filter.name_contains:
        wanted &= Q(name__icontains=filter.name_contains)
    if filter.roles:
        role = Q(user_id=viewer.user_id, role__in=filter.roles)
        wanted &= Exists(models.SpaceMember, {"space_id": "id"}, role)
    return wanted


async def list_spaces(
    *, viewer: Viewer, page: PageRequest, filter: SpaceFilter = EVERY_SPACE
) -> Page[models.Space]:
    """The spaces the viewer may see."""
    wanted = spaces_where(viewer, filter)
    return await page_of(models.Space, wanted, NEWEST_FIRST, page)
