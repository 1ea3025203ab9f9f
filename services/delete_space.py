from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

from services.errors import Unauthenticated
from services.rows.owned_space import lock_owned_space
from services.viewer import Viewer


class DeleteSpaceErrorCode(StrEnum):
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"


async def delete_space(*, viewer: Viewer, space_id: UUID) -> UUID:
    """Remove a space with its memberships and publications; the productions stay their owners'."""
    if viewer.user_id is None:
        raise Unauthenticated
    async with in_transaction():
        space = await lock_owned_space(
            viewer=viewer,
            space_id=space_id,
            not_found=DeleteSpaceErrorCode.SPACE_NOT_FOUND,
            denied=DeleteSpaceErrorCode.PERMISSION_DENIED,
        )
        await space.delete()
    return space_id
