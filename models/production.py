from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.statuses import ProductionStatus, RenderPhase

if TYPE_CHECKING:
    from models.upload import Upload
    from models.user import User


class Production(Model):
    """One edit of an upload. Its status, progress and phase are those of its current render."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    owner: fields.ForeignKeyRelation["User"] = fields.ForeignKeyField(
        "models.User", related_name="productions"
    )
    owner_id: UUID
    upload: fields.ForeignKeyRelation["Upload"] = fields.ForeignKeyField(
        "models.Upload", related_name="productions", on_delete=fields.RESTRICT
    )
    upload_id: UUID
    title = fields.CharField(max_length=200)
    config: dict[str, Any] = fields.JSONField()
    status = fields.CharEnumField(ProductionStatus, max_length=20)
    progress_percent = fields.IntField(default=0)
    phase = cast(
        "fields.Field[RenderPhase | None]", fields.CharEnumField(RenderPhase, max_length=20, null=True)
    )
    sequence = fields.IntField(default=0)
    current_render_number = fields.IntField(default=0)
    playable_render_number = fields.IntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "productions"
        indexes = (
            Index(fields=("created_at", "id"), name="productions_by_age"),
            Index(fields=("title", "id"), name="productions_by_title"),
            Index(fields=("owner_id", "created_at", "id"), name="productions_by_owner"),
            Index(fields=("upload_id", "created_at", "id"), name="productions_by_upload"),
        )
