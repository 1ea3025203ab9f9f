from tortoise.transactions import in_transaction

import models
from models.statuses import UploadStatus
from services.forget_upload_objects import forget_upload_objects
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.rows.lock_upload import lock_free_uploads
from services.upload_status import write_upload_status

BATCH = 100


async def expire_uploads(*, bus: EventBus, clock: Clock) -> int:
    """Turn uploads whose bytes did not come in time EXPIRED, and have what did come removed; how many."""
    async with in_transaction():
        late = models.Upload.filter(status=UploadStatus.AWAITING_BYTES, expires_at__lte=clock.now())
        first = [row.id for row in await late.order_by("expires_at").limit(BATCH)]
        abandoned = await lock_free_uploads(late, first)
        for upload in abandoned:
            await write_upload_status(upload, UploadStatus.EXPIRED, cause="the file did not come in time")
            await forget_upload_objects(upload)
    if abandoned:
        await bus.announce_transition()
    return len(abandoned)
