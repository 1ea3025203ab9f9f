"""The event log as tests look at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

import models


async def log_of(subject_id: UUID) -> list[dict[str, Any]]:
    """All that is told of a subject, in the order in which readers get it."""
    rows = await models.StatusEvent.filter(subject_id=subject_id).order_by("transaction_id", "id")
    return [{"kind": row.kind.value, "sequence": row.sequence, **row.data} for row in rows]


class LookingBus:
    """At each announcement, notes how many rows of the log somebody else can see."""

    def __init__(self, elsewhere: asyncpg.Connection) -> None:
        self._elsewhere = elsewhere
        self.heard: list[str | int] = []

    async def announce_transition(self) -> None:
        self.heard.append(await self._elsewhere.fetchval("SELECT count(*) FROM status_events"))

    async def announce_progress(self, tick: object) -> None:
        self.heard.append("progress")

    async def announce_work(self) -> None:
        self.heard.append("work")

    def since(self) -> list[str | int]:
        """What was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard


@asynccontextmanager
async def looking_bus(database_url: str) -> AsyncIterator[LookingBus]:
    elsewhere = await asyncpg.connect(database_url)
    yield LookingBus(elsewhere)
    await elsewhere.close()
