from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import UploadStatus
from services.errors import Unauthenticated, refuse
from services.forget_upload_objects import forget_upload_objects
from services.gateways.event_bus import EventBus
from services.rows.owned_upload import lock_owned_upload
from services.upload_status import write_upload_status
from services.viewer import Viewer


class CancelUploadErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    UPLOAD_FINISHED = "UPLOAD_FINISHED"


async def cancel_upload(*, viewer: Viewer, bus: EventBus, upload_id: UUID) -> models.Upload:
    """Give up an upload whose bytes are awaited; what was sent is removed right after."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = CancelUploadErrorCode
    async with in_transaction():
        upload = await lock_owned_upload(viewer=viewer, upload_id=upload_id, not_found=codes.UPLOAD_NOT_FOUND)
        if upload.status is UploadStatus.CANCELED:
            return upload
        if upload.status is not UploadStatus.AWAITING_BYTES:
            message = f"The upload is {upload.status}; delete it instead."
            raise refuse(codes.UPLOAD_FINISHED, message, "input", "uploadId")
        await write_upload_status(upload, UploadStatus.CANCELED, cause="cancelUpload")
        await forget_upload_objects(upload)
    await bus.announce_transition()
    await bus.announce_work()
    return upload
