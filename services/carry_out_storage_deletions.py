from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

import models
from services.gateways.clock import Clock
from services.gateways.object_storage import ObjectStorage

LEASE = timedelta(minutes=2)


async def carry_out_storage_deletions(*, storage: ObjectStorage, clock: Clock) -> int:
    """Remove the objects and the parts of one noted deletion; 0 when none is left. Idempotent: the note goes
    only when storage has confirmed everything."""
    deletion_id = await _claim(clock)
    if deletion_id is None:
        return 0
    deletion = await models.StorageDeletion.get(id=deletion_id)
    if deletion.multipart_id is not None:
        await storage.abort_multipart(deletion.prefix, deletion.multipart_id)
    await storage.delete_prefix(deletion.prefix)
    await models.StorageDeletion.filter(id=deletion_id).delete()
    return 1


async def _claim(clock: Clock) -> UUID | None:
    async with in_transaction():
        now = clock.now()
        deletion = (
            await models.StorageDeletion.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now))
            .order_by("created_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if deletion is None:
            return None
        deletion.attempts += 1
        deletion.leased_until = now + LEASE * deletion.attempts
        await deletion.save(update_fields=["attempts", "leased_until"])
        return deletion.id
