from tortoise import fields
from tortoise.models import Model
from uuid_utils.compat import uuid7


class StorageDeletion(Model):
    """Objects still to be removed: written with the deletion of their rows, carried out after commit."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    prefix = fields.CharField(max_length=300)
    multipart_id = fields.CharField(max_length=1000, null=True)
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "storage_deletions"
