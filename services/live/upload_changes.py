from dataclasses import dataclass
from datetime import datetime

import models
from models.statuses import UploadStatus


@dataclass(frozen=True)
class UploadStatusChange:
    """A transition of an upload, or the state it is in as its latest one left it."""

    cursor: str
    occurred_at: datetime
    sequence: int
    upload: models.Upload
    previous_status: UploadStatus | None
    status: UploadStatus
