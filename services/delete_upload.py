from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from services.errors import Unauthenticated, refuse
from services.forget_upload_objects import forget_upload_objects
from services.gateways.event_bus import EventBus
from services.rows.owned_upload import lock_owned_upload
from services.viewer import Viewer


class DeleteUploadErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    UPLOAD_IN_USE = "UPLOAD_IN_USE"


async def delete_upload(*, viewer: Viewer, bus: EventBus, upload_id: UUID) -> UUID:
    """Remove an upload that no production is made of or uses, now; and its objects right after."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = DeleteUploadErrorCode
    async with in_transaction():
        upload = await lock_owned_upload(viewer=viewer, upload_id=upload_id, not_found=codes.UPLOAD_NOT_FOUND)
        if await models.Production.exists(upload_id=upload.id):
            message = "Productions are made of this upload; delete them first."
            raise refuse(codes.UPLOAD_IN_USE, message, "input", "uploadId")
        if await models.ProductionAsset.exists(upload_id=upload.id):
            message = "Productions use this upload; change their configs or delete them first."
            raise refuse(codes.UPLOAD_IN_USE, message, "input", "uploadId")
        await forget_upload_objects(upload)
        await upload.delete()
    await bus.announce_work()
    return upload_id
