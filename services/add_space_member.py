from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import SpaceRole
from services.errors import Unauthenticated, refuse
from services.rows.owned_space import lock_owned_space
from services.viewer import Viewer


class AddSpaceMemberErrorCode(StrEnum):
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    USER_NOT_FOUND = "USER_NOT_FOUND"
    ALREADY_A_MEMBER = "ALREADY_A_MEMBER"


async def add_space_member(
    *, viewer: Viewer, space_id: UUID, email: str, role: SpaceRole
) -> models.SpaceMember:
    """Make the user with this e-mail address a member."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = AddSpaceMemberErrorCode
    async with in_transaction():
        space = await lock_owned_space(
            viewer=viewer,
            space_id=space_id,
            not_found=codes.SPACE_NOT_FOUND,
            denied=codes.PERMISSION_DENIED,
        )
        user = await models.User.filter(email__iexact=email.strip()).first()
        if user is None:
            raise refuse(codes.USER_NOT_FOUND, "No user has this e-mail address.", "input", "email")
        if await models.SpaceMember.exists(space_id=space.id, user_id=user.id):
            raise refuse(codes.ALREADY_A_MEMBER, "This user is a member already.", "input", "email")
        return await models.SpaceMember.create(space_id=space.id, user_id=user.id, role=role)
