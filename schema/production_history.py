from datetime import datetime
from enum import StrEnum

import strawberry

import models
from models.statuses import ProductionStatus
from schema.enums import describe_enum
from services.production_history import HistoryRow


class ProductionHistoryKind(StrEnum):
    STATUS_CHANGED = "STATUS_CHANGED"
    SUBMITTED = "SUBMITTED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    SUPERSEDED = "SUPERSEDED"
    RENDER_ENDED = "RENDER_ENDED"
    PUBLISHED = "PUBLISHED"


describe_enum(
    ProductionHistoryKind,
    "What kind of step it was.",
    {
        "STATUS_CHANGED": "The production's status or current render changed, as subscriptions tell it.",
        "SUBMITTED": "MediaConvert has the render as a job.",
        "CANCEL_REQUESTED": "The render was asked to end.",
        "SUPERSEDED": "Another render took the place of this one, which was asked to end.",
        "RENDER_ENDED": "The render ended without changing the production, which another one moves by now.",
        "PUBLISHED": "Publications that waited for it went live.",
    },
)


@strawberry.type(description="One step in the life of a production.")
class ProductionHistoryEntry:
    kind: ProductionHistoryKind = strawberry.field(description="What kind of step it was.")
    sequence: int = strawberry.field(
        description="Counts the production's changes of status from 1; other steps repeat the latest."
    )
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    previous_status: ProductionStatus | None = strawberry.field(
        description="The status before a STATUS_CHANGED; null at first, and for other steps."
    )
    status: ProductionStatus = strawberry.field(
        description="The production's status after a STATUS_CHANGED; else the render's."
    )
    render_number: int = strawberry.field(description="The render it was about.")
    cause: str = strawberry.field(description="What brought it about.")

    @classmethod
    def from_row(cls, row: HistoryRow) -> "ProductionHistoryEntry":
        if isinstance(row, models.RenderStep):
            return cls(
                kind=ProductionHistoryKind(row.kind),
                sequence=row.after_sequence,
                occurred_at=row.occurred_at,
                previous_status=None,
                status=row.status,
                render_number=row.render_number,
                cause=row.cause,
            )
        previous = row.data["previousStatus"]
        return cls(
            kind=ProductionHistoryKind.STATUS_CHANGED,
            sequence=row.sequence,
            occurred_at=row.occurred_at,
            previous_status=ProductionStatus(previous) if previous else None,
            status=ProductionStatus(row.data["status"]),
            render_number=row.data["renderNumber"],
            cause=row.data["cause"],
        )
