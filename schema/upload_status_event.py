from datetime import datetime

import strawberry

from models.statuses import UploadStatus
from schema.uploads import Upload
from services.live.upload_changes import UploadStatusChange


@strawberry.type(description="A transition of an upload's status.")
class UploadStatusEvent:
    cursor: str = strawberry.field(description="Where to continue: give it as `after` when reconnecting.")
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    sequence: int = strawberry.field(description="Counts the upload's transitions from 1.")
    upload: Upload = strawberry.field(description="The upload as it is now.")
    previous_status: UploadStatus | None = strawberry.field(
        description="The status before this transition; null at first."
    )
    status: UploadStatus = strawberry.field(description="The status at that moment.")

    @classmethod
    def from_change(cls, change: UploadStatusChange) -> "UploadStatusEvent":
        return cls(
            cursor=change.cursor,
            occurred_at=change.occurred_at,
            sequence=change.sequence,
            upload=Upload.from_row(change.upload),
            previous_status=change.previous_status,
            status=change.status,
        )
