"""One upload's status as a stream: what it is, then each transition once and in order."""

from collections.abc import AsyncGenerator
from uuid import UUID

import models
from models.statuses import StatusEventKind
from services.errors import NotFound
from services.live.event_log import latest_rows
from services.live.follow import Follow
from services.live.told_since import told_since
from services.live.upload_changes import UploadChanges, UploadStatusChange, upload_change
from services.rows.visible_rows import visible_row
from services.viewer import Viewer


class FollowUploadStatus(Follow):
    kind = StatusEventKind.UPLOAD_STATUS

    def __init__(self, viewer: Viewer, upload_id: UUID, after: str | None) -> None:
        super().__init__(viewer, upload_id, after)
        self._upload_id = upload_id

    async def past(self) -> AsyncGenerator[UploadStatusChange, None]:
        """Raises NotFound."""
        upload = await visible_row(self.viewer, models.Upload, self._upload_id)
        if upload is None:
            raise NotFound("There is no such upload.")
        if self.after is not None:
            async for change in told_since(self, UploadChanges(), subject_id=self._upload_id):
                yield change
            return
        row = (await latest_rows([self._upload_id])).get(self._upload_id)
        # A later row than the upload's own is on its way through the hub.
        if row is not None and row.sequence == upload.sequence:
            # One subject's rows are in the log's order even before they are settled.
            self.floor = row.position
            yield upload_change(row, upload)


def follow_upload_status(*, viewer: Viewer, upload_id: UUID, after: str | None) -> Follow:
    """One upload of the viewer's: its present state, or with `after` every transition since; then what
    follows, until it is deleted. Raises BadInput."""
    return FollowUploadStatus(viewer, upload_id, after)
