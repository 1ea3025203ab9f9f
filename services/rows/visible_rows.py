"""Look-ups that know who is asking: what the viewer may not see is not found."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

import models
from services.policy import (
    visible_productions,
    visible_publications,
    visible_renders,
    visible_spaces,
    visible_uploads,
    visible_users,
)
from services.viewer import Viewer

Row = TypeVar("Row", bound=Model)

VISIBLE = {
    models.Upload: visible_uploads,
    models.Production: visible_productions,
    models.Space: visible_spaces,
    models.Publication: visible_publications,
    models.Render: visible_renders,
    models.User: visible_users,
}


def visible_rows(viewer: Viewer, model: type[Row]) -> QuerySet[Row]:
    """Every row of a table that the viewer may see. Raises KeyError for a table no policy speaks of."""
    predicate: Q = VISIBLE[model](viewer)
    return model.filter(predicate)


async def visible_row(viewer: Viewer, model: type[Row], row_id: UUID) -> Row | None:
    return await visible_rows(viewer, model).filter(id=row_id).first()


async def visible_rows_by_id(viewer: Viewer, model: type[Row], row_ids: Sequence[UUID]) -> list[Row | None]:
    """In the order of the ids, None for each that is not there for the viewer."""
    rows = {row.pk: row for row in await visible_rows(viewer, model).filter(id__in=set(row_ids))}
    return [rows.get(row_id) for row_id in row_ids]
