from uuid import UUID

import models
from services.policy import role_in
from services.rows.pages import Order, Page, PageRequest, page_of
from services.viewer import Viewer


async def list_space_members(
    *, viewer: Viewer, space_id: UUID, page: PageRequest
) -> Page[models.SpaceMember]:
    """A space's members, oldest first, for its members; a stranger sees none."""
    rows = models.SpaceMember.filter(space_id=space_id)
    if await role_in(viewer, space_id) is None:
        rows = rows.filter(id__isnull=True)
    return await page_of(rows, Order("created_at", is_descending=False), page)
