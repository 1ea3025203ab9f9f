"""Where somebody speaks: where the upload's own sound stands out from its background."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.sound.pcm import SAMPLE_RATE, Samples

WINDOW = SAMPLE_RATE // 50
# Most of a voice's power, and little of wind, hum and hiss.
VOICE_HERTZ = (150, 5000)
LEAST_DB = -120.0
SILENT_DB = -55.0
"""Below this (dB of full scale) nothing is meant to be heard."""
ABOVE_BACKGROUND_DB = 8.0
SOFTEST_BELOW_LOUD_DB = 20.0
LOUDEST_BELOW_LOUD_DB = 8.0
BACKGROUND_PERCENTILE = 10
GATE_DB = 10.0
JOINED_WINDOWS = 15
SHORTEST_WINDOWS = 5

Levels = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """From `start` up to `end`, in samples of the programme."""

    start: int
    end: int


def voice_levels(sound: Samples) -> Levels:
    """Power within a voice's range, in dB of full scale, of every 20 ms window; a rest is padded."""
    mono = np.asarray(sound.mean(axis=1), np.float64)
    mono = np.pad(mono, (0, -len(mono) % WINDOW)).reshape(-1, WINDOW)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(WINDOW), axis=1)) ** 2
    hertz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    low, high = VOICE_HERTZ
    heard = spectrum[:, (hertz >= low) & (hertz <= high)].sum(axis=1)
    # Parseval for one side of the spectrum, and 8/3 for what a Hann window takes away.
    power = heard * 2 / WINDOW**2 * 8 / 3
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (LEAST_DB / 10))), np.float64)


def speech_spans(levels: Levels) -> Sequence[Span]:
    """Where the levels stand out; bursts under a tenth of a second do not count, breaks under a third do not
    end a span."""
    is_heard = levels > _threshold(levels)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_heard, [False])).astype(np.int8)))
    spans: list[list[int]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        if spans and start - spans[-1][1] < JOINED_WINDOWS:
            spans[-1][1] = end
        else:
            spans.append([start, end])
    return [Span(start * WINDOW, end * WINDOW) for start, end in spans if end - start >= SHORTEST_WINDOWS]


def _threshold(levels: Levels) -> float:
    """Above the background (the softest tenth), but neither far below what is loud nor right under it: a
    clean recording is heard down to its soft words, and a steady sound counts as one."""
    audible = levels[levels > SILENT_DB]
    if not len(audible):
        return float("inf")
    # As BS.1770 gates: what is loud is the mean of what is not far below the mean.
    mean = _mean_db(audible)
    loud = _mean_db(audible[audible > mean - GATE_DB])
    background = float(np.percentile(levels, BACKGROUND_PERCENTILE)) + ABOVE_BACKGROUND_DB
    threshold = min(max(background, loud - SOFTEST_BELOW_LOUD_DB), loud - LOUDEST_BELOW_LOUD_DB)
    return max(threshold, SILENT_DB)


def _mean_db(levels: Levels) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels / 10))))
