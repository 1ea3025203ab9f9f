"""Wakes listeners in other processes. It carries no truth: the event log does."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class ProgressTick(NamedTuple):
    """A render's progress since the transition of that sequence; never stored, conflated on the way."""

    production_id: UUID
    sequence: int
    progress_percent: int
    phase: str | None
    occurred_at: datetime


class EventBus(Protocol):
    async def announce_transition(self) -> None:
        """Say that the event log has grown. Never raises: listeners also look by themselves."""
        ...

    async def announce_progress(self, tick: ProgressTick) -> None:
        """Say that a render moved on. Never raises."""
        ...

    async def announce_work(self) -> None:
        """Say that there is something for a worker to do. Never raises."""
        ...
