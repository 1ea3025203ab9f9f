"""What followers are told of, whatever it is a change of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, TypeVar
from uuid import UUID

from models.statuses import StatusEventKind
from services.live.event_log import LogRow, Position
from services.viewer import Viewer


class Audience(Protocol):
    """Who may see something."""

    def includes(self, viewer: Viewer) -> bool: ...


# Not frozen: that triples the cost of making one, and one is made for each tick.
@dataclass(slots=True, kw_only=True, eq=False)
class Change:
    """A transition, or a tick of progress since the last one; made once for everybody who is told of it."""

    kind: ClassVar[StatusEventKind]

    position: Position
    """Everything up to here has been told: a follower continues after it."""
    cursor: str
    topic_id: UUID
    """Whose followers are told."""
    subject_id: UUID
    sequence: int
    occurred_at: datetime
    audience: Audience
    is_tick: bool = False
    progress_percent: int = 0


Told = TypeVar("Told", bound=Change, covariant=True)


class ChangeSource(Protocol[Told]):
    """Makes changes out of the log, for one kind of subject."""

    @property
    def kind(self) -> StatusEventKind: ...

    def topic_of(self, row: LogRow) -> UUID:
        """Whose followers are told of a row."""
        ...

    async def changes_of(self, rows: Sequence[LogRow], users: Collection[UUID]) -> Sequence[Told]:
        """In order, without what is gone by now. `users` are those whose rights will be asked for."""
        ...

    async def audiences(
        self, topic_ids: Collection[UUID], users: Collection[UUID]
    ) -> Mapping[UUID, Audience]:
        """Who may follow each topic; what is gone is absent."""
        ...
