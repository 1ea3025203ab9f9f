from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.statuses import SpaceRole

if TYPE_CHECKING:
    from models.space import Space
    from models.user import User


class SpaceMember(Model):
    id = fields.UUIDField(primary_key=True, default=uuid7)
    space: fields.ForeignKeyRelation["Space"] = fields.ForeignKeyField("models.Space", related_name="members")
    space_id: UUID
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="memberships"
    )
    user_id: UUID
    role = fields.CharEnumField(SpaceRole, max_length=20)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "space_members"
        unique_together = (("space_id", "user_id"),)
        indexes = (
            Index(fields=("user_id", "space_id"), name="space_members_by_user"),
            Index(fields=("space_id", "created_at", "id"), name="space_members_by_age"),
        )
