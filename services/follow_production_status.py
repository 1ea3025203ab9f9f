"""One production's status as a stream: what it is, each transition once and in order, progress between."""

from collections.abc import AsyncGenerator
from uuid import UUID

import models
from models.statuses import StatusEventKind
from services.errors import NotFound
from services.live.follow import Follow
from services.live.production_changes import ProductionChanges, ProductionStatusChange, present_changes
from services.live.told_since import told_since
from services.rows.visible_rows import visible_row
from services.viewer import Viewer


class FollowProductionStatus(Follow):
    kind = StatusEventKind.PRODUCTION_STATUS

    def __init__(self, viewer: Viewer, production_id: UUID, after: str | None) -> None:
        super().__init__(viewer, production_id, after)
        self._production_id = production_id

    async def past(self) -> AsyncGenerator[ProductionStatusChange, None]:
        """Raises NotFound."""
        production = await visible_row(self.viewer, models.Production, self._production_id)
        if production is None:
            raise NotFound("There is no such production.")
        if self.after is not None:
            async for change in told_since(self, ProductionChanges(), subject_id=self._production_id):
                yield change
            return
        for change in await present_changes([production], self.viewer):
            # One subject's rows are in the log's order even before they are settled.
            self.floor = change.position
            yield change


def follow_production_status(*, viewer: Viewer, production_id: UUID, after: str | None) -> Follow:
    """One production: its present state, or with `after` every transition since; then what follows, until it
    is no longer the viewer's to see. Raises BadInput."""
    return FollowProductionStatus(viewer, production_id, after)
