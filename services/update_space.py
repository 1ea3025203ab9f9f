from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import SpaceVisibility
from services.create_space import MAX_DESCRIPTION, MAX_NAME
from services.errors import Refused, Unauthenticated, UserError
from services.rows.owned_space import lock_owned_space
from services.viewer import Viewer


class UpdateSpaceErrorCode(StrEnum):
    SPACE_NOT_FOUND = "SPACE_NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NAME_INVALID = "NAME_INVALID"
    DESCRIPTION_INVALID = "DESCRIPTION_INVALID"


async def update_space(
    *,
    viewer: Viewer,
    space_id: UUID,
    name: str | None = None,
    description: str | None = None,
    visibility: SpaceVisibility | None = None,
) -> models.Space:
    """Change what is given; the slug stays, because links are made of it."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = UpdateSpaceErrorCode
    async with in_transaction():
        space = await lock_owned_space(
            viewer=viewer,
            space_id=space_id,
            not_found=codes.SPACE_NOT_FOUND,
            denied=codes.PERMISSION_DENIED,
        )
        errors = []
        if name is not None and not 1 <= len(name.strip()) <= MAX_NAME:
            message = f"A name has 1 to {MAX_NAME} characters."
            errors.append(UserError(codes.NAME_INVALID, message, ("input", "name")))
        if description is not None and len(description) > MAX_DESCRIPTION:
            message = f"A description has at most {MAX_DESCRIPTION} characters."
            errors.append(UserError(codes.DESCRIPTION_INVALID, message, ("input", "description")))
        if errors:
            raise Refused(*errors)
        space.name = name.strip() if name is not None else space.name
        space.description = description if description is not None else space.description
        space.visibility = visibility or space.visibility
        await space.save()
    return space
