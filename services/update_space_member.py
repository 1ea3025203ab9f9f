from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import SpaceRole
from services.errors import Unauthenticated
from services.rows.owned_space import lock_owned_space
from services.rows.space_membership import keep_an_owner, lock_member
from services.viewer import Viewer


class UpdateSpaceMemberErrorCode(StrEnum):
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    MEMBER_NOT_FOUND = "MEMBER_NOT_FOUND"
    LAST_OWNER = "LAST_OWNER"


async def update_space_member(
    *, viewer: Viewer, space_id: UUID, user_id: UUID, role: SpaceRole
) -> models.SpaceMember:
    """Give a member another role."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = UpdateSpaceMemberErrorCode
    async with in_transaction():
        await lock_owned_space(
            viewer=viewer,
            space_id=space_id,
            not_found=codes.SPACE_NOT_FOUND,
            denied=codes.PERMISSION_DENIED,
        )
        member = await lock_member(space_id=space_id, user_id=user_id, not_found=codes.MEMBER_NOT_FOUND)
        if role is not SpaceRole.OWNER:
            await keep_an_owner(member, last_owner=codes.LAST_OWNER)
        member.role = role
        await member.save()
    return member
