"""How far the music sinks while somebody speaks, and how it comes and goes."""

from collections.abc import Iterable

import numpy as np

from services.sound.pcm import SAMPLE_RATE, Samples
from services.sound.speech import Span

# It sinks before the first word and stays down over a breath; from the last word it is back in 0.85 s.
SINKING = SAMPLE_RATE // 5
STAYING = SAMPLE_RATE // 4
RISING = SAMPLE_RATE * 3 // 5


class Ducking:
    """A gain for each sample of the programme: straight lines in dB, exactly `depth_db` down under speech."""

    def __init__(self, spans: Iterable[Span], depth_db: float) -> None:
        places, levels = [0.0], [0.0]
        for start, end in _joined(spans):
            places += [start - SINKING, start, end + STAYING, end + STAYING + RISING]
            levels += [0.0, -depth_db, -depth_db, 0.0]
        self._places, self._levels = np.array(places), np.array(levels)
        if len(places) > 1 and places[1] <= 0:
            # Speech from the very beginning: there is nothing to sink from.
            self._places, self._levels = self._places[1:], self._levels[1:]

    def gain(self, start: int, count: int) -> Samples:
        """Factors of shape (count, 1)."""
        at = np.arange(start, start + count)
        decibels = np.interp(at, self._places, self._levels)
        return np.asarray(10 ** (decibels / 20), np.float32)[:, None]


def _joined(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Between two that are near, the music would rise only to sink again."""
    joined: list[tuple[int, int]] = []
    for span in spans:
        if joined and span.start - joined[-1][1] < STAYING + RISING + SINKING:
            joined[-1] = (joined[-1][0], span.end)
        else:
            joined.append((span.start, span.end))
    return joined
