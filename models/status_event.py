from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.models import Model

from models.statuses import StatusEventKind


class StatusEvent(Model):
    """The event log: one row for each transition, committed together with the change it tells of.

    `transaction_id` is the writer's xid8: ids are handed out before commit, so a reader orders by
    (transaction_id, id) and stops before the oldest transaction still running, and misses nothing.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    transaction_id = fields.BigIntField(db_default=SqlDefault("(pg_current_xact_id()::text)::bigint"))
    kind = fields.CharEnumField(StatusEventKind, max_length=30)
    subject_id = fields.UUIDField()
    sequence = fields.IntField()
    data: dict[str, Any] = fields.JSONField()
    occurred_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "status_events"
        unique_together = (("subject_id", "sequence"),)
        indexes = (
            Index(fields=("transaction_id", "id"), name="status_events_by_commit"),
            Index(fields=("kind", "transaction_id", "id"), name="status_events_by_kind"),
        )
