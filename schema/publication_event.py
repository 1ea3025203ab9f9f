from datetime import datetime

import strawberry

from models.statuses import PublicationStatus
from schema.node import global_id
from schema.publications import Publication
from services.live.publication_changes import PublicationChange


@strawberry.type(description="A transition of a publication's status.")
class PublicationEvent:
    cursor: str = strawberry.field(description="Where to continue: give it as `after` when reconnecting.")
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    sequence: int = strawberry.field(description="Counts the publication's transitions from 1.")
    publication_id: strawberry.ID = strawberry.field(
        description="The publication's id, also when it can no longer be seen."
    )
    publication: Publication | None = strawberry.field(
        description="The publication as it is now; null when the viewer may no longer see it."
    )
    previous_status: PublicationStatus | None = strawberry.field(
        description="The status before this transition; null at first."
    )
    status: PublicationStatus = strawberry.field(description="The status at that moment.")

    @classmethod
    def from_change(cls, change: PublicationChange) -> "PublicationEvent":
        row = change.publication
        return cls(
            cursor=change.cursor,
            occurred_at=change.occurred_at,
            sequence=change.sequence,
            publication_id=global_id("Publication", change.publication_id),
            publication=Publication.from_row(row) if row else None,
            previous_status=change.previous_status,
            status=change.status,
        )
