from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from models.production import Production
    from models.upload import Upload


class ProductionAsset(Model):
    """An upload that a production's config refers to, besides the one it is made of."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    production: fields.ForeignKeyRelation["Production"] = fields.ForeignKeyField(
        "models.Production", related_name="assets"
    )
    production_id: UUID
    upload: fields.ForeignKeyRelation["Upload"] = fields.ForeignKeyField(
        "models.Upload", related_name="used_as_asset", on_delete=fields.RESTRICT
    )
    upload_id: UUID

    class Meta:
        table = "production_assets"
        unique_together = (("production_id", "upload_id"),)
        indexes = (Index(fields=("upload_id",), name="production_assets_by_upload"),)
