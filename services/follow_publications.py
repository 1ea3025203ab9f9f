"""A space's publications as a stream: those there are, then each transition once and in order."""

from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

import models
from models.statuses import PublicationStatus, StatusEventKind
from services.errors import NotFound
from services.live.event_log import horizon, latest_rows
from services.live.follow import Follow
from services.live.publication_changes import PublicationChange, PublicationChanges
from services.live.told_since import told_since
from services.rows.visible_rows import visible_row, visible_rows
from services.viewer import Viewer

MAX_INITIAL = 100


class FollowPublications(Follow):
    kind = StatusEventKind.PUBLICATION_STATUS

    def __init__(self, viewer: Viewer, space_id: UUID, after: str | None) -> None:
        super().__init__(viewer, space_id, after)
        self._space_id = space_id

    async def past(self) -> AsyncGenerator[PublicationChange, None]:
        """Raises NotFound."""
        if await visible_row(self.viewer, models.Space, self._space_id) is None:
            raise NotFound("There is no such space.")
        if self.after is not None:
            async for change in told_since(self, PublicationChanges()):
                yield change
            return
        # Before the rows are read: what is settled later than this comes through the hub, all of it.
        self.floor = await horizon()
        for change in await self._present():
            yield change

    async def _present(self) -> Sequence[PublicationChange]:
        """Oldest transition first, so that any of their cursors is one to continue after. One with a later
        transition than the floor is left out: that is on its way through the hub."""
        publications = await (
            visible_rows(self.viewer, models.Publication)
            .filter(space_id=self._space_id)
            .exclude(status=PublicationStatus.WITHDRAWN)
            .order_by("-created_at", "-id")
            .limit(MAX_INITIAL)
        )
        sequences = {row.id: row.sequence for row in publications}
        rows = await latest_rows(sequences.keys(), up_to=self.floor)
        latest = [row for row in rows.values() if row.sequence == sequences[row.subject_id]]
        changes = await PublicationChanges().changes_of(latest, self.viewer.users)
        return sorted(changes, key=lambda change: change.position)


def follow_publications(*, viewer: Viewer, space_id: UUID, after: str | None) -> Follow:
    """The publications of a space as far as the viewer may see them: those not withdrawn (the newest 100), or
    with `after` every transition since; then what follows, until the space may not be seen any more. Raises
    BadInput."""
    return FollowPublications(viewer, space_id, after)
