"""An upload's transitions, out of the log."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models.statuses import StatusEventKind, UploadStatus
from services.live.change import Change
from services.live.event_log import LogRow
from services.policy import UploadAudience


@dataclass(slots=True, kw_only=True, eq=False)
class UploadStatusChange(Change):
    """A transition of an upload, or the state it is in as its latest one left it."""

    kind = StatusEventKind.UPLOAD_STATUS
    upload: models.Upload
    previous_status: UploadStatus | None
    status: UploadStatus


class UploadChanges:
    kind = StatusEventKind.UPLOAD_STATUS

    def topic_of(self, row: LogRow) -> UUID:
        return row.subject_id

    async def changes_of(
        self, rows: Sequence[LogRow], users: Collection[UUID]
    ) -> Sequence[UploadStatusChange]:
        uploads = await models.Upload.in_bulk({row.subject_id for row in rows}, "id")
        return [upload_change(row, uploads[row.subject_id]) for row in rows if row.subject_id in uploads]

    async def audiences(
        self, topic_ids: Collection[UUID], users: Collection[UUID]
    ) -> Mapping[UUID, UploadAudience]:
        rows = await models.Upload.filter(id__in=topic_ids).values_list("id", "owner_id")
        return {upload_id: UploadAudience(owner_id) for upload_id, owner_id in rows}


def upload_change(row: LogRow, upload: models.Upload) -> UploadStatusChange:
    previous = row.data["previousStatus"]
    return UploadStatusChange(
        position=row.position,
        cursor=row.position.to_cursor(),
        topic_id=row.subject_id,
        subject_id=row.subject_id,
        sequence=row.sequence,
        occurred_at=row.occurred_at,
        audience=UploadAudience(upload.owner_id),
        upload=upload,
        previous_status=UploadStatus(previous) if previous else None,
        status=UploadStatus(row.data["status"]),
    )
