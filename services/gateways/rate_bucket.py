"""A token bucket: how often something may be asked, in turn."""

import asyncio
from heapq import heappop, heappush
from itertools import count


class RateBucket:
    """`per_second` turns a second, and up to `burst` at once after a pause. Belongs to one event loop.

    Who waits is served by deadline: the moment of asking, plus the patience it brings. So the urgent go
    before the patient, equals go in the order they came, and nobody waits for ever behind the urgent.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._counted_at: float | None = None
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._arrivals = count()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, *, patience_seconds: float = 0.0) -> None:
        """Return when it is our turn. A turn that is cancelled is given to the next."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        heappush(self._waiting, (loop.time() + patience_seconds, next(self._arrivals), turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._tokens += 1
                self._serve()
            raise

    def _serve(self) -> None:
        self._refill()
        while self._waiting and self._tokens >= 1:
            *_, turn = heappop(self._waiting)
            if not turn.done():
                self._tokens -= 1
                turn.set_result(None)
        if self._waiting and self._timer is None:
            until_next = (1 - self._tokens) / self._per_second
            self._timer = asyncio.get_running_loop().call_later(until_next, self._serve_later)

    def _serve_later(self) -> None:
        self._timer = None
        self._serve()

    def _refill(self) -> None:
        now = asyncio.get_running_loop().time()
        passed = now - self._counted_at if self._counted_at is not None else 0.0
        self._tokens = min(self._burst, self._tokens + passed * self._per_second)
        self._counted_at = now
