from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from services.errors import Unauthenticated
from services.gateways.event_bus import EventBus
from services.publication_status import write_end_of_publications
from services.rows.lock_space import lock_space
from services.rows.owned_space import lock_owned_space
from services.viewer import Viewer


class DeleteSpaceErrorCode(StrEnum):
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"


async def delete_space(*, viewer: Viewer, bus: EventBus, space_id: UUID) -> UUID:
    """Remove a space with its memberships and publications; the productions stay their owners'."""
    if viewer.user_id is None:
        raise Unauthenticated
    async with in_transaction():
        await lock_space(space_id)
        space = await lock_owned_space(
            viewer=viewer,
            space_id=space_id,
            not_found=DeleteSpaceErrorCode.SPACE_NOT_FOUND,
            denied=DeleteSpaceErrorCode.PERMISSION_DENIED,
        )
        shown = await models.Publication.filter(space_id=space.id)
        is_transition = await write_end_of_publications(shown, cause="deleteSpace")
        await space.delete()
    if is_transition:
        await bus.announce_transition()
    return space_id
