from datetime import datetime

import strawberry

from models.statuses import ProductionStatus, RenderPhase
from schema.productions import Production
from services.live.production_changes import ProductionStatusChange


@strawberry.type(description="A production's status at a moment: a transition, or progress in between.")
class ProductionStatusEvent:
    cursor: str = strawberry.field(description="Where to continue: give it as `after` when reconnecting.")
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    sequence: int = strawberry.field(
        description="Counts the production's transitions from 1; progress repeats the latest."
    )
    production: Production = strawberry.field(description="The production as it is now.")
    previous_status: ProductionStatus | None = strawberry.field(
        description="The status before this transition; null at first and for progress."
    )
    status: ProductionStatus = strawberry.field(description="The status at that moment.")
    progress_percent: int = strawberry.field(description="0 to 100 at that moment.")
    phase: RenderPhase | None = strawberry.field(description="What the render was doing.")

    @classmethod
    def from_change(cls, change: ProductionStatusChange) -> "ProductionStatusEvent":
        return cls(
            cursor=change.cursor,
            occurred_at=change.occurred_at,
            sequence=change.sequence,
            production=Production.from_row(change.production),
            previous_status=change.previous_status,
            status=change.status,
            progress_percent=change.progress_percent,
            phase=change.phase,
        )
