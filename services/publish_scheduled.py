from tortoise.transactions import in_transaction

import models
from models.statuses import PublicationStatus
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.publication_status import write_publication_status
from services.rows.lock_production import lock_free_productions

BATCH = 100


async def publish_scheduled(*, bus: EventBus, clock: Clock) -> int:
    """Turn due SCHEDULED publications LIVE, or WAITING where the render is not done; returns how many. Those
    of a production that somebody is changing just now are left for the next time."""
    async with in_transaction():
        now = clock.now()
        due = models.Publication.filter(status=PublicationStatus.SCHEDULED, publish_at__lte=now)
        first = {row.production_id for row in await due.order_by("publish_at").limit(BATCH)}
        productions = {row.id: row for row in await lock_free_productions(first)}
        turned = await due.filter(production_id__in=list(productions))
        for publication in turned:
            is_playable = productions[publication.production_id].playable_render_number is not None
            await write_publication_status(
                publication,
                PublicationStatus.LIVE if is_playable else PublicationStatus.WAITING,
                cause="publishAt has come",
                published_at=now if is_playable else None,
            )
    if turned:
        await bus.announce_transition()
    return len(turned)
