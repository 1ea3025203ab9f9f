from uuid import UUID

from tortoise.expressions import Q

import models
from services.policy import visible_space_members
from services.rows.pages import OLDEST_FIRST, Page, PageRequest, page_of
from services.viewer import Viewer


async def list_space_members(
    *, viewer: Viewer, space_id: UUID, page: PageRequest
) -> Page[models.SpaceMember]:
    """A space's members, oldest first, for its members; a stranger sees none."""
    wanted = visible_space_members(viewer) & Q(space_id=space_id)
    return await page_of(models.SpaceMember, wanted, OLDEST_FIRST, page)
