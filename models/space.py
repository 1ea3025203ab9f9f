from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.statuses import SpaceVisibility


class Space(Model):
    """Where productions are shown."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    slug = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    description = fields.CharField(max_length=2000, default="")
    visibility = fields.CharEnumField(SpaceVisibility, max_length=20)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "spaces"
        indexes = (Index(fields=("created_at", "id"), name="spaces_by_age"),)
