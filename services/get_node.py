from uuid import UUID

from tortoise.models import Model

import models
from services.rows.visible_rows import visible_row
from services.viewer import Viewer

TABLES: dict[str, type[Model]] = {
    "Upload": models.Upload,
    "Production": models.Production,
    "Space": models.Space,
    "Publication": models.Publication,
    "Render": models.Render,
    "User": models.User,
}


async def get_node(*, viewer: Viewer, type_name: str, row_id: UUID) -> Model | None:
    """Any object by type and id; None for what the viewer may not see. Raises KeyError for another type."""
    return await visible_row(viewer, TABLES[type_name], row_id)
