from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from services.errors import Unauthenticated, refuse
from services.policy import visible_spaces
from services.rows.owned_space import lock_owned_space
from services.rows.space_membership import keep_an_owner, lock_member
from services.viewer import Viewer


class RemoveSpaceMemberErrorCode(StrEnum):
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    MEMBER_NOT_FOUND = "MEMBER_NOT_FOUND"
    LAST_OWNER = "LAST_OWNER"


async def remove_space_member(*, viewer: Viewer, space_id: UUID, user_id: UUID) -> models.Space:
    """End a membership: an OWNER may end anybody's, everybody their own."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = RemoveSpaceMemberErrorCode
    async with in_transaction():
        if user_id == viewer.user_id:
            space = await models.Space.filter(visible_spaces(viewer), id=space_id).select_for_update().first()
            if space is None:
                raise refuse(codes.SPACE_NOT_FOUND, "There is no such space.", "input", "spaceId")
        else:
            space = await lock_owned_space(
                viewer=viewer,
                space_id=space_id,
                not_found=codes.SPACE_NOT_FOUND,
                denied=codes.PERMISSION_DENIED,
            )
        member = await lock_member(space_id=space_id, user_id=user_id, not_found=codes.MEMBER_NOT_FOUND)
        await keep_an_owner(member, last_owner=codes.LAST_OWNER)
        await member.delete()
    return space
