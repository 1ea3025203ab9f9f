from uuid import UUID

from tortoise.models import Model

from services.rows.visible_rows import VISIBLE, visible_row
from services.viewer import Viewer

TABLES: dict[str, type[Model]] = {model.__name__: model for model in VISIBLE}


async def get_node(*, viewer: Viewer, type_name: str, row_id: UUID) -> Model | None:
    """Any object by type and id; None for what the viewer may not see. Raises KeyError for another type."""
    return await visible_row(viewer, TABLES[type_name], row_id)
