import asyncio
from collections import deque
from uuid import UUID

import models
from services.gateways.event_bus import ProgressTick

MAX_PENDING = 1000


class SubscriberTooSlow(Exception):
    """More transitions wait for this subscriber than are kept for one; it may resume after its cursor."""


class Subscription:
    """What waits for one subscriber: every transition in order, and the newest tick of each production.

    Bounded by MAX_PENDING transitions and one tick a production with a transition or progress to tell.
    """

    def __init__(self, production_id: UUID | None) -> None:
        self.production_id = production_id
        self._transitions: deque[models.StatusEvent] = deque()
        self._ticks: dict[UUID, ProgressTick] = {}
        self._arrived = asyncio.Event()
        self._is_too_slow = False

    def concerns(self, production_id: UUID) -> bool:
        return self.production_id is None or self.production_id == production_id

    def put_transition(self, row: models.StatusEvent) -> None:
        """A transition makes the production's waiting tick old news."""
        self._ticks.pop(row.subject_id, None)
        if len(self._transitions) >= MAX_PENDING:
            self._is_too_slow = True
            self._transitions.clear()
            self._ticks.clear()
        elif not self._is_too_slow:
            self._transitions.append(row)
        self._arrived.set()

    def put_tick(self, tick: ProgressTick) -> None:
        if self._is_too_slow:
            return
        if tick.production_id not in self._ticks and len(self._ticks) >= MAX_PENDING:
            self._ticks.pop(next(iter(self._ticks)))
        self._ticks[tick.production_id] = tick
        self._arrived.set()

    async def next(self) -> models.StatusEvent | ProgressTick:
        """The next transition, else a tick, waiting for one. Raises SubscriberTooSlow."""
        while True:
            if self._is_too_slow:
                raise SubscriberTooSlow("Too much has waited; continue after the last cursor.")
            if self._transitions:
                return self._transitions.popleft()
            if self._ticks:
                return self._ticks.pop(next(iter(self._ticks)))
            self._arrived.clear()
            await self._arrived.wait()
