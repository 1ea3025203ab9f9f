from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from uuid_utils.compat import uuid7

from models.statuses import ProductionStatus, RenderErrorStage, RenderPhase

if TYPE_CHECKING:
    from models.production import Production


class Render(Model):
    """One attempt to make a production's outputs: it has a number and an output prefix of its own.

    `told_at` is MediaConvert's clock at the newest event, `last_heard_at` ours. A worker takes it up from
    `due_at` on; the reconciler looks at it from `overdue_at` on, which is null where nothing is awaited.
    `automatic_retries` were made before it since a person last asked.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    production: fields.ForeignKeyRelation["Production"] = fields.ForeignKeyField(
        "models.Production", related_name="renders"
    )
    production_id: UUID
    number = fields.IntField()
    status = fields.CharEnumField(ProductionStatus, max_length=20)
    config: dict[str, Any] = fields.JSONField()
    output_prefix = fields.CharField(max_length=300)
    settings: dict[str, Any] | None = fields.JSONField(null=True)
    job_id = fields.CharField(max_length=100, null=True)
    queue = fields.CharField(max_length=300, null=True)
    progress_percent = fields.IntField(default=0)
    phase = cast(
        "fields.Field[RenderPhase | None]", fields.CharEnumField(RenderPhase, max_length=20, null=True)
    )
    job_retry_count = fields.IntField(default=0)
    error_code = fields.CharField(max_length=60, null=True)
    error_stage = cast(
        "fields.Field[RenderErrorStage | None]",
        fields.CharEnumField(RenderErrorStage, max_length=20, null=True),
    )
    error_message = fields.CharField(max_length=2000, null=True)
    warnings: list[dict[str, Any]] = fields.JSONField(default=list)
    outputs: list[dict[str, Any]] = fields.JSONField(default=list)
    cancel_requested_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    submitted_at = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    last_heard_at = fields.DatetimeField(null=True)
    told_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    automatic_retries = fields.IntField(default=0, db_default=0)
    overdue_at = fields.DatetimeField(null=True)
    looked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "renders"
        unique_together = (("production_id", "number"),)
        indexes = (
            Index(fields=("status", "leased_until"), name="renders_by_work"),
            Index(fields=("overdue_at",), name="renders_by_silence"),
            Index(fields=("looked_at",), name="renders_by_look"),
        )
