"""Many productions' status as one stream."""

from collections.abc import AsyncGenerator, Sequence

import models
from models.statuses import StatusEventKind
from services.live.change import Change
from services.live.event_log import horizon
from services.live.follow import Follow
from services.live.production_changes import ProductionChanges, ProductionStatusChange, present_changes
from services.live.told_since import told_since
from services.production_filter import ProductionFilter, productions_where
from services.render_lifecycle import TERMINAL
from services.viewer import Viewer

MAX_INITIAL = 100


class FollowProductionsStatus(Follow):
    kind = StatusEventKind.PRODUCTION_STATUS

    def __init__(self, viewer: Viewer, filter: ProductionFilter, after: str | None) -> None:
        super().__init__(viewer, None, after)
        self._filter = filter

    def wants(self, change: Change) -> bool:
        if not isinstance(change, ProductionStatusChange):
            return False
        wanted = self._filter
        return (
            (not wanted.statuses or change.status in wanted.statuses)
            and (wanted.upload_id is None or change.production.upload_id == wanted.upload_id)
            and (wanted.owner_id is None or change.production.owner_id == wanted.owner_id)
            and (not wanted.title_contains or _has(change.production.title, wanted.title_contains))
            and (wanted.space_id is None or change.audience.includes_in(self.viewer, wanted.space_id))
        )

    async def past(self) -> AsyncGenerator[ProductionStatusChange, None]:
        if self.after is not None:
            async for change in told_since(self, ProductionChanges()):
                yield change
            return
        # Before the rows are read: what is settled later than this comes through the hub, all of it.
        self.floor = await horizon()
        for change in await present_changes(await self._unfinished(), self.viewer, up_to=self.floor):
            if self.wants(change):
                yield change

    async def _unfinished(self) -> Sequence[models.Production]:
        wanted = productions_where(self.viewer, self._filter)
        rows = models.Production.filter(wanted).exclude(status__in=TERMINAL)
        return await rows.order_by("-created_at", "-id").limit(MAX_INITIAL)


def _has(title: str, part: str) -> bool:
    """As PostgreSQL compares for a list: in upper case."""
    return part.upper() in title.upper()


def follow_productions_status(*, viewer: Viewer, filter: ProductionFilter, after: str | None) -> Follow:
    """Every production the viewer may see and the filter lets through: those not finished yet (the newest
    100), or with `after` every transition since; then what follows. Raises BadInput."""
    return FollowProductionsStatus(viewer, filter, after)
