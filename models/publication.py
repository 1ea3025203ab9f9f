from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.statuses import PublicationStatus

if TYPE_CHECKING:
    from models.production import Production
    from models.space import Space


class Publication(Model):
    """A production in a space: at most one for each pair, published again after a withdrawal."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    space: fields.ForeignKeyRelation["Space"] = fields.ForeignKeyField(
        "models.Space", related_name="publications"
    )
    space_id: UUID
    production: fields.ForeignKeyRelation["Production"] = fields.ForeignKeyField(
        "models.Production", related_name="publications"
    )
    production_id: UUID
    status = fields.CharEnumField(PublicationStatus, max_length=20)
    sequence = fields.IntField(default=0, db_default=0)
    publish_at = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "publications"
        unique_together = (("space_id", "production_id"),)
        indexes = (
            Index(fields=("space_id", "created_at", "id"), name="publications_by_space"),
            Index(fields=("production_id", "created_at", "id"), name="publications_by_production"),
            Index(fields=("status", "publish_at"), name="publications_by_schedule"),
        )
