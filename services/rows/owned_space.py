"""Finding the space that an operation of its OWNER is about."""

from enum import Enum
from uuid import UUID

import models
from models.statuses import SpaceRole
from services.errors import refuse
from services.policy import role_in, visible_spaces
from services.viewer import Viewer


async def lock_owned_space(*, viewer: Viewer, space_id: UUID, not_found: Enum, denied: Enum) -> models.Space:
    """The row, locked until the transaction ends. Raises Refused: `not_found` for a space the viewer cannot
    see, `denied` for one that is not theirs to change."""
    space = await models.Space.filter(visible_spaces(viewer), id=space_id).select_for_update().first()
    if space is None:
        raise refuse(not_found, "There is no such space.", "input", "spaceId")
    if await role_in(viewer, space_id) is not SpaceRole.OWNER:
        raise refuse(denied, "Only an OWNER of the space may do this.", "input", "spaceId")
    return space
