from tortoise.transactions import in_transaction

import models
from models.statuses import UploadStatus
from services.forget_upload_objects import forget_upload_objects
from services.gateways.clock import Clock

BATCH = 100


async def expire_uploads(*, clock: Clock) -> int:
    """Turn uploads whose bytes did not come in time EXPIRED, and have what did come removed; how many."""
    async with in_transaction():
        abandoned = (
            await models.Upload.filter(status=UploadStatus.AWAITING_BYTES, expires_at__lte=clock.now())
            .order_by("expires_at")
            .limit(BATCH)
            .select_for_update(skip_locked=True)
        )
        for upload in abandoned:
            upload.status = UploadStatus.EXPIRED
            await upload.save(update_fields=["status", "updated_at"])
            await forget_upload_objects(upload)
        return len(abandoned)
