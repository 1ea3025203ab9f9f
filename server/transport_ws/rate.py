import time
from collections.abc import Callable


class Rate:
    """A token bucket: `per_second` on average, `at_once` in a burst."""

    def __init__(
        self, per_second: float, at_once: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second, self._at_once, self._clock = per_second, at_once, clock
        self._left, self._seen = at_once, clock()

    def admits(self) -> bool:
        """Whether one more may come now; it is counted if so."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
