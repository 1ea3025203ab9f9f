from uuid import UUID

from tortoise.models import Model

import models
from services.rows.visible_rows import visible_row, visible_rows
from services.viewer import Viewer

TABLES: dict[str, type[Model]] = {
    "Upload": models.Upload,
    "Production": models.Production,
    "Space": models.Space,
    "Publication": models.Publication,
    "Render": models.Render,
}


async def get_node(*, viewer: Viewer, type_name: str, row_id: UUID) -> Model | None:
    """Any object by type and id; None for what the viewer may not see, and for a type without rows."""
    if type_name in TABLES:
        return await visible_row(viewer, TABLES[type_name], row_id)
    if type_name == "User":
        return await _user(viewer, row_id)
    return None


async def _user(viewer: Viewer, user_id: UUID) -> models.User | None:
    """Oneself, whoever shares a space, and the owners of what one may see; the rest do not exist."""
    if user_id == viewer.user_id:
        return await models.User.get_or_none(id=user_id)
    if viewer.user_id is not None:
        shared = models.SpaceMember.filter(user_id=viewer.user_id).values_list("space_id", flat=True)
        if await models.SpaceMember.exists(user_id=user_id, space_id__in=await shared):
            return await models.User.get_or_none(id=user_id)
    if await visible_rows(viewer, models.Production).filter(owner_id=user_id).exists():
        return await models.User.get_or_none(id=user_id)
    return None
