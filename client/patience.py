"""How long to go on trying when a live connection is lost, and how long to wait between two tries."""

import math
import time
from dataclasses import dataclass, field

STABLE_SECONDS = 10.0


@dataclass
class Patience:
    """Counts from the first failure since something last worked, so that a long silent render uses none of
    it up. All times in seconds."""

    seconds: float = 60.0
    first_delay: float = 0.5
    last_delay: float = 5.0
    _failing_since: float | None = field(default=None, init=False)
    _tries: int = field(default=0, init=False)

    def renew(self) -> None:
        self._failing_since, self._tries = None, 0

    def renew_after(self, connected_seconds: float) -> None:
        """A connection that stood for a while counts as working, even when nothing was told over it."""
        if connected_seconds >= STABLE_SECONDS:
            self.renew()

    def is_left(self) -> bool:
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        return now - self._failing_since < self.seconds

    def next_delay(self) -> float:
        delay = min(self.first_delay * math.ldexp(1.0, self._tries), self.last_delay)
        self._tries += 1
        return delay
