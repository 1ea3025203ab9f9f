"""The rule every change of members keeps: a space has an OWNER."""

from enum import Enum
from uuid import UUID

import models
from models.statuses import SpaceRole
from services.errors import refuse


async def lock_member(*, space_id: UUID, user_id: UUID, not_found: Enum) -> models.SpaceMember:
    """The membership, locked. Raises Refused(not_found)."""
    member = await models.SpaceMember.filter(space_id=space_id, user_id=user_id).select_for_update().first()
    if member is None:
        raise refuse(not_found, "This user is not a member of the space.", "input", "userId")
    return member


async def keep_an_owner(member: models.SpaceMember, *, last_owner: Enum) -> None:
    """Raises Refused(last_owner) when this member is the space's only OWNER."""
    others = models.SpaceMember.filter(space_id=member.space_id, role=SpaceRole.OWNER).exclude(id=member.id)
    if member.role is SpaceRole.OWNER and not await others.exists():
        raise refuse(last_owner, "A space keeps at least one OWNER.", "input", "userId")
