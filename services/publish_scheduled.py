from tortoise.transactions import in_transaction

import models
from models.statuses import PublicationStatus
from services.gateways.clock import Clock

BATCH = 100


async def publish_scheduled(*, clock: Clock) -> int:
    """Turn due SCHEDULED publications LIVE, or WAITING where the render is not done; returns how many."""
    async with in_transaction():
        now = clock.now()
        due = (
            await models.Publication.filter(status=PublicationStatus.SCHEDULED, publish_at__lte=now)
            .order_by("publish_at")
            .limit(BATCH)
            .values_list("production_id", flat=True)
        )
        productions = await models.Production.filter(id__in=list(due)).order_by("id").select_for_update()
        turned = 0
        for production in productions:
            is_playable = production.playable_render_number is not None
            status = PublicationStatus.LIVE if is_playable else PublicationStatus.WAITING
            turned += await models.Publication.filter(
                production_id=production.id, status=PublicationStatus.SCHEDULED, publish_at__lte=now
            ).update(status=status, published_at=now if is_playable else None, updated_at=now)
        return turned
