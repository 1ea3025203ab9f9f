from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from services.create_upload import MAX_TITLE
from services.errors import Unauthenticated, refuse
from services.rows.owned_upload import lock_owned_upload
from services.viewer import Viewer


class UpdateUploadErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    TITLE_INVALID = "TITLE_INVALID"


async def update_upload(*, viewer: Viewer, upload_id: UUID, title: str) -> models.Upload:
    """Rename an upload; its productions keep the titles they have."""
    if viewer.user_id is None:
        raise Unauthenticated
    codes = UpdateUploadErrorCode
    async with in_transaction():
        upload = await lock_owned_upload(viewer=viewer, upload_id=upload_id, not_found=codes.UPLOAD_NOT_FOUND)
        if not 1 <= len(title.strip()) <= MAX_TITLE:
            message = f"A title has 1 to {MAX_TITLE} characters."
            raise refuse(codes.TITLE_INVALID, message, "input", "title")
        upload.title = title.strip()
        await upload.save(update_fields=["title", "updated_at"])
    return upload
