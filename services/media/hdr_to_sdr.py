"""HDR pixels (PQ or HLG, BT.2020) as SDR ones (sRGB): near enough for a poster, not for grading."""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.floating[Any]]

# ITU-R BT.2408: diffuse white of HDR productions, in cd/m2.
DIFFUSE_WHITE = 203.0
HLG_PEAK = 1000.0
# ITU-R BT.2087: linear BT.2020 to linear BT.709.
BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
# SMPTE ST 2084.
PQ_M1, PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
PQ_C1, PQ_C2, PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
# ITU-R BT.2100, hybrid log-gamma.
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
HLG_SYSTEM_GAMMA = 1.2
# Tone curve: linear up to here, then bent so that the brightest keeps its drawing.
KNEE = 0.75


class HdrTransfer(IntEnum):
    """ITU-T H.273 numbers."""

    PQ = 16
    HLG = 18

    @classmethod
    def of(cls, number: int) -> "HdrTransfer | None":
        """The HDR transfer of this number, or None for SDR."""
        return cls(number) if number in (cls.PQ, cls.HLG) else None


def hdr_to_sdr(signal: Pixels, transfer: HdrTransfer) -> NDArray[np.uint8]:
    """`signal` is BT.2020 R'G'B' from 0 to 1, in rows of pixels; the result is 8-bit sRGB."""
    light = _pq_light(signal) if transfer is HdrTransfer.PQ else _hlg_light(signal)
    relative = np.maximum(light / DIFFUSE_WHITE @ BT2020_TO_BT709.T, 0)
    brightest = relative.max(axis=-1, keepdims=True)
    toned = relative * (_bend(brightest) / np.maximum(brightest, 1e-6))
    encoded = np.where(toned <= 0.0031308, 12.92 * toned, 1.055 * np.power(toned, 1 / 2.4) - 0.055)
    rounded: NDArray[np.uint8] = (np.clip(encoded, 0, 1) * 255 + 0.5).astype(np.uint8)
    return rounded


def _pq_light(signal: Pixels) -> Pixels:
    """Display light in cd/m2."""
    power = np.power(np.clip(signal, 0, 1), 1 / PQ_M2)
    return 10_000 * np.power(np.maximum(power - PQ_C1, 0) / (PQ_C2 - PQ_C3 * power), 1 / PQ_M1)


def _hlg_light(signal: Pixels) -> Pixels:
    """Display light in cd/m2 on a display of 1000 cd/m2."""
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - HLG_C) / HLG_A) + HLG_B) / 12)
    luminance = (scene * np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)).sum(axis=-1, keepdims=True)
    light: Pixels = HLG_PEAK * np.power(np.maximum(luminance, 1e-6), HLG_SYSTEM_GAMMA - 1) * scene
    return light


def _bend(value: Pixels) -> Pixels:
    above = value - KNEE
    return np.where(above <= 0, value, KNEE + (1 - KNEE) * above / (above + (1 - KNEE)))
