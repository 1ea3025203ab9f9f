import time


class Rate:
    """A token bucket: `per_second` on average, `at_once` in a burst."""

    __slots__ = ("_at_once", "_left", "_per_second", "_seen")

    def __init__(self, per_second: float, at_once: float) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._left, self._seen = at_once, time.monotonic()

    def admits(self) -> bool:
        """Whether one more may come now; it is counted if so."""
        now = time.monotonic()
        self._left = min(self._at_once, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
