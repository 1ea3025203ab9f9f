from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.statuses import ProductionStatus, RenderStepKind

if TYPE_CHECKING:
    from models.production import Production


class RenderStep(Model):
    """A step of a production's history that is no transition, and so is not in the event log.

    `after_sequence` is the transition it came after: written under the production's lock, so the order of
    (after_sequence, id) is that in which things happened.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    production: fields.ForeignKeyRelation["Production"] = fields.ForeignKeyField(
        "models.Production", related_name="steps"
    )
    production_id: UUID
    render_number = fields.IntField()
    after_sequence = fields.IntField()
    kind = fields.CharEnumField(RenderStepKind, max_length=20)
    status = fields.CharEnumField(ProductionStatus, max_length=20)
    cause = fields.CharField(max_length=300)
    occurred_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "render_steps"
        indexes = (
            Index(fields=("production_id", "after_sequence", "id"), name="render_steps_by_production"),
        )
