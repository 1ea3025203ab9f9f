from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import ClassVar
from uuid import UUID

from models.statuses import StatusEventKind
from services.live.change import Change
from services.live.event_log import BEFORE_ALL, Position
from services.viewer import Viewer


class Follow(ABC):
    """What a viewer follows, and since when. Nothing runs until somebody listens."""

    kind: ClassVar[StatusEventKind]

    def __init__(self, viewer: Viewer, topic_id: UUID | None, after: str | None) -> None:
        """`topic_id` is None for all of a kind; `after` is the cursor to continue after. Raises BadInput."""
        self.viewer, self.topic_id = viewer, topic_id
        self.after = Position.from_cursor(after) if after is not None else None
        self.floor = BEFORE_ALL
        """What is at or before it is told by `past`, all of it; the rest comes through the hub."""

    @abstractmethod
    def past(self) -> AsyncGenerator[Change, None]:
        """The present state or, with `after`, every transition since, and set the floor. What is settled once
        this begins comes through the hub too. Raises for what the viewer may not follow."""

    def wants(self, change: Change) -> bool:
        """Whether a change is one of those asked for; whether it may be seen is asked apart."""
        return True
