from datetime import datetime

import strawberry

import models
from models.statuses import ProductionStatus


@strawberry.type(description="One change of a production's status.")
class ProductionHistoryEntry:
    sequence: int = strawberry.field(description="Counts the production's changes from 1.")
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    previous_status: ProductionStatus | None = strawberry.field(
        description="The status before; null at first."
    )
    status: ProductionStatus = strawberry.field(description="The status after.")
    render_number: int = strawberry.field(description="The render it was about.")
    cause: str = strawberry.field(description="What brought it about.")

    @classmethod
    def from_row(cls, row: models.StatusEvent) -> "ProductionHistoryEntry":
        previous = row.data["previousStatus"]
        return cls(
            sequence=row.sequence,
            occurred_at=row.occurred_at,
            previous_status=ProductionStatus(previous) if previous else None,
            status=ProductionStatus(row.data["status"]),
            render_number=row.data["renderNumber"],
            cause=row.data["cause"],
        )
