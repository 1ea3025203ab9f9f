from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from models.user import User


class AccessToken(Model):
    """A credential of one user; only its SHA-256 is kept, so a stolen table signs nobody in."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    user: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="access_tokens"
    )
    user_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "access_tokens"
