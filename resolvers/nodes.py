from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import strawberry

from planner.declared import any_one
from schema.context import Info
from schema.node import Node, read_global_id
from schema.productions import Production
from schema.publications import Publication
from schema.renders import Render
from schema.spaces import Space
from schema.uploads import Upload
from schema.users import User
from services.errors import BadInput
from services.get_node import get_node

WORDED: dict[str, Callable[[Any], Node]] = {
    "Upload": Upload.from_row,
    "Production": Production.from_row,
    "Space": Space.from_row,
    "Publication": Publication.from_row,
    "Render": Render.from_row,
    "User": User.from_row,
}


def named_node(id: str) -> tuple[str, UUID]:
    """The type and the row's id behind a global id. Raises BadInput."""
    type_name, row_id = read_global_id(id)
    if type_name not in WORDED:
        raise BadInput("This is not an id of this server.")
    return type_name, row_id


@any_one(named_node)
async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Any object's id.")]
) -> Node | None:
    type_name, row_id = named_node(id)
    row = await get_node(viewer=info.context.viewer, type_name=type_name, row_id=row_id)
    return WORDED[type_name](row) if row else None
