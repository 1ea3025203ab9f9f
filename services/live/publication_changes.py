"""A space's publications and their transitions, out of the log."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from models.statuses import PublicationStatus, StatusEventKind
from services.live.audiences import space_audiences
from services.live.change import Change
from services.live.event_log import LogRow
from services.policy import Showing, SpaceAudience
from services.viewer import Viewer

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class TransitionAudience:
    """Who is told of a publication's transition: who may see it as it is now, or might see it before, so that
    whoever saw it LIVE learns that it is no more."""

    owner_id: UUID
    before_and_after: tuple[Showing, ...]

    def includes(self, viewer: Viewer) -> bool:
        return any(showing.is_visible_to(viewer, self.owner_id) for showing in self.before_and_after)


@dataclass(slots=True, kw_only=True, eq=False)
class PublicationChange(Change):
    """A transition of a publication, or the state it is in as its latest one left it."""

    kind = StatusEventKind.PUBLICATION_STATUS
    previous_status: PublicationStatus | None
    status: PublicationStatus


class PublicationChanges:
    kind = StatusEventKind.PUBLICATION_STATUS

    def topic_of(self, row: LogRow) -> UUID:
        return UUID(row.data["spaceId"])

    async def changes_of(
        self, rows: Sequence[LogRow], users: Collection[UUID]
    ) -> Sequence[PublicationChange]:
        """Without those of spaces that are gone. What is told of a publication that is gone is told."""
        spaces = await space_audiences({self.topic_of(row) for row in rows}, users)
        productions = {UUID(row.data["productionId"]) for row in rows}
        owners = dict(await models.Production.filter(id__in=productions).values_list("id", "owner_id"))
        return [
            publication_change(row, spaces[self.topic_of(row)], owners.get(UUID(row.data["productionId"])))
            for row in rows
            if self.topic_of(row) in spaces
        ]

    async def audiences(
        self, topic_ids: Collection[UUID], users: Collection[UUID]
    ) -> Mapping[UUID, SpaceAudience]:
        return await space_audiences(topic_ids, users)


def publication_change(row: LogRow, space: SpaceAudience, owner_id: UUID | None) -> PublicationChange:
    """`owner_id` is None when the production is gone."""
    space_id, previous = UUID(row.data["spaceId"]), row.data["previousStatus"]
    statuses = [PublicationStatus(status) for status in (previous, row.data["status"]) if status]
    showings = tuple(Showing(space_id, status, space.visibility, space.roles) for status in statuses)
    return PublicationChange(
        position=row.position,
        cursor=row.position.to_cursor(),
        topic_id=space_id,
        subject_id=row.subject_id,
        sequence=row.sequence,
        occurred_at=row.occurred_at,
        audience=TransitionAudience(owner_id or NOBODY, showings),
        previous_status=PublicationStatus(previous) if previous else None,
        status=statuses[-1],
    )
