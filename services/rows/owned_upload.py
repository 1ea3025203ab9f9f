"""Finding the upload that an operation of its owner is about."""

from enum import Enum
from uuid import UUID

import models
from services.errors import refuse
from services.policy import visible_uploads
from services.rows.lock_upload import lock_upload
from services.viewer import Viewer


async def lock_owned_upload(*, viewer: Viewer, upload_id: UUID, not_found: Enum) -> models.Upload:
    """The row, locked until the transaction ends. Raises Refused(not_found)."""
    upload = await lock_upload(models.Upload.filter(visible_uploads(viewer)), upload_id)
    if upload is None:
        raise refuse(not_found, "There is no such upload.", "input", "uploadId")
    return upload
