from datetime import datetime
from uuid import UUID

import strawberry

from models.statuses import PublicationStatus
from schema.context import Info
from schema.node import global_id
from schema.publications import Publication
from services.live.publication_changes import PublicationChange


@strawberry.type(description="A transition of a publication's status.")
class PublicationEvent:
    row_id: strawberry.Private[UUID]
    cursor: str = strawberry.field(description="Where to continue: give it as `after` when reconnecting.")
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    sequence: int = strawberry.field(description="Counts the publication's transitions from 1.")
    publication_id: strawberry.ID = strawberry.field(
        description="The publication's id, also when it can no longer be seen."
    )
    previous_status: PublicationStatus | None = strawberry.field(
        description="The status before this transition; null at first."
    )
    status: PublicationStatus = strawberry.field(description="The status at that moment.")

    @strawberry.field(description="The publication as it is now; null when the viewer may no longer see it.")
    async def publication(self, info: Info) -> Publication | None:
        row = await info.context.loaders.publication.load(self.row_id)
        return Publication.from_row(row) if row else None

    @classmethod
    def from_change(cls, change: PublicationChange) -> "PublicationEvent":
        return cls(
            row_id=change.subject_id,
            cursor=change.cursor,
            occurred_at=change.occurred_at,
            sequence=change.sequence,
            publication_id=global_id("Publication", change.subject_id),
            previous_status=change.previous_status,
            status=change.status,
        )
