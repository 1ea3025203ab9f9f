from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.statuses import UploadKind, UploadRejectionCode, UploadStatus

if TYPE_CHECKING:
    from models.user import User


class Upload(Model):
    """A raw source file of one owner: the video of a production, or an image, sound or captions for one."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    owner: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField("models.User", related_name="uploads")
    owner_id: UUID
    kind = fields.CharEnumField(
        UploadKind, max_length=20, default=UploadKind.VIDEO, db_default=UploadKind.VIDEO
    )
    title = fields.CharField(max_length=200)
    filename = fields.CharField(max_length=255)
    content_type = fields.CharField(max_length=100)
    byte_size = fields.BigIntField()
    checksum_sha256 = fields.CharField(max_length=64, null=True)
    status = fields.CharEnumField(UploadStatus, max_length=20)
    sequence = fields.IntField(default=0, db_default=0)
    rejection_code = cast(
        "fields.Field[UploadRejectionCode | None]",
        fields.CharEnumField(UploadRejectionCode, max_length=30, null=True),
    )
    rejection_message = fields.CharField(max_length=500, null=True)
    source_key = fields.CharField(max_length=300)
    poster_key = fields.CharField(max_length=300, null=True)
    multipart_id = fields.CharField(max_length=1000, null=True)
    part_size = fields.BigIntField(null=True)
    media: dict[str, Any] | None = fields.JSONField(null=True)
    expires_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "uploads"
        indexes = (
            Index(fields=("owner_id", "created_at", "id"), name="uploads_by_owner"),
            Index(fields=("owner_id", "title", "id"), name="uploads_by_title"),
            Index(fields=("status", "leased_until"), name="uploads_by_work"),
            Index(fields=("status", "expires_at"), name="uploads_by_expiry"),
        )
