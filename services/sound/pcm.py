"""The one form in which sound is worked on: 48 kHz, two channels, interleaved."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
CHANNELS = 2
STORED = np.dtype("<i2")
"""How sound is kept in scratch files: 16 bits, 192 kB a second."""
FULL_SCALE = 32768.0

Samples = npt.NDArray[np.float32]
"""Shape (samples, 2); full scale is 1."""


def samples_at(seconds: Fraction) -> int:
    """Index of the sample nearest to a moment."""
    return round(seconds * SAMPLE_RATE)


def silence(count: int) -> Samples:
    return np.zeros((count, CHANNELS), np.float32)


def amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))
