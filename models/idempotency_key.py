from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from models.user import User


class IdempotencyKey(Model):
    """What a creating operation made the first time a user sent this key."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="idempotency_keys"
    )
    user_id: UUID
    key = fields.CharField(max_length=200)
    operation = fields.CharField(max_length=60)
    request_hash = fields.CharField(max_length=64)
    result_id = fields.UUIDField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "idempotency_keys"
        unique_together = (("user_id", "operation", "key"),)
