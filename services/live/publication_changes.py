from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import models
from models.statuses import PublicationStatus


@dataclass(frozen=True)
class PublicationChange:
    """A transition of a publication, or the state it is in as its latest one left it. `publication` is None
    for a viewer who may no longer see it, and when it was deleted."""

    cursor: str
    occurred_at: datetime
    sequence: int
    publication_id: UUID
    publication: models.Publication | None
    previous_status: PublicationStatus | None
    status: PublicationStatus
