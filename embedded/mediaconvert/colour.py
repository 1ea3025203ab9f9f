"""Colours of a source, and how they become what every output is: BT.709, limited range, 8 bit.

HDR and wide-gamut pictures go through one table from signal to signal (a 3D LUT): the same curve for every
frame, far cheaper than linear light in floating point, and nothing depends on the frame's brightest spot.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Light = NDArray[np.float64]

# Numbers of ITU-T H.273.
UNSPECIFIED = 2
BT709, BT601_625, BT601, BT2020 = 1, 5, 6, 9
PRIMARIES_2020, PRIMARIES_P3_DCI, PRIMARIES_P3_D65 = 9, 11, 12
PQ, HLG = 16, 18
FULL_RANGE = 2
# Without a tag, standard definition is BT.601 and anything larger BT.709.
SD_WIDTH, SD_HEIGHT = 1024, 576
MATRIX_NAMES = {BT709: "bt709", 4: "fcc", BT601_625: "bt601", BT601: "bt601", 7: "smpte240m", 9: "bt2020nc"}
# Linear light of these primaries as that of BT.709 (ITU-R BT.2087; P3 by the same derivation from its
# primaries in SMPTE EG 432-1).
TO_709 = {
    PRIMARIES_2020: ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
    PRIMARIES_P3_D65: ((1.2249, -0.2249, 0.0), (-0.0421, 1.0421, 0.0), (-0.0196, -0.0786, 1.0983)),
    PRIMARIES_P3_DCI: ((1.1575, -0.1550, -0.0026), (-0.0415, 1.0456, -0.0041), (-0.0181, -0.0786, 1.0966)),
}
# ITU-R BT.2408: diffuse white of HDR productions, in cd/m2.
DIFFUSE_WHITE = 203.0
# SMPTE ST 2084.
PQ_M1, PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
PQ_C1, PQ_C2, PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
# ITU-R BT.2100.
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
HLG_PEAK, HLG_SYSTEM_GAMMA = 1000.0, 1.2
BT2020_LUMA = (0.2627, 0.6780, 0.0593)
SDR_GAMMA = 2.2
# Light stays as it is up to here; above, PRESERVE_DETAILS bends it so that the brightest keeps its drawing.
KNEE = 0.75
TABLE_STEPS = 65
# What MediaConvert's names of colour spaces stand for: matrix, primaries, transfer.
NAMED_SPACES = {
    "REC_601": (BT601, BT601, BT601),
    "REC_709": (BT709, BT709, BT709),
    "HDR10": (BT2020, PRIMARIES_2020, PQ),
    "HLG_2020": (BT2020, PRIMARIES_2020, HLG),
    "P3D65_SDR": (BT709, PRIMARIES_P3_D65, BT709),
}


@dataclass(frozen=True)
class Colour:
    """Matrix, primaries and transfer by their numbers in ITU-T H.273."""

    matrix: int
    primaries: int
    transfer: int
    is_full_range: bool
    is_rgb: bool

    @classmethod
    def of(cls, frame: Any) -> "Colour":
        """What a decoded frame says of itself."""
        is_rgb = frame.format.is_rgb or frame.format.name.startswith(("gbr", "pal8"))
        return cls(
            matrix=int(frame.colorspace),
            primaries=int(frame.color_primaries),
            transfer=int(frame.color_trc),
            is_full_range=int(frame.color_range) == FULL_RANGE or frame.format.name.startswith("yuvj"),
            is_rgb=is_rgb,
        )

    def selected(self, selector: dict[str, Any]) -> "Colour":
        """As an input's VideoSelector has it: forced, or where the file says nothing."""
        colour = self
        space = NAMED_SPACES.get(selector.get("ColorSpace", "FOLLOW"))
        is_forced = selector.get("ColorSpaceUsage", "FORCE") == "FORCE"
        if space and (is_forced or self.matrix == UNSPECIFIED):
            colour = replace(colour, matrix=space[0], primaries=space[1], transfer=space[2])
        if selector.get("SampleRange", "FOLLOW") != "FOLLOW":
            colour = replace(colour, is_full_range=selector["SampleRange"] == "FULL_RANGE")
        return colour

    @property
    def needs_table(self) -> bool:
        """Whether a matrix and a range are not enough."""
        return self.transfer in (PQ, HLG) or self.primaries in TO_709

    def matrix_name(self, size: tuple[int, int]) -> str:
        """As ffmpeg calls it; a guess by the size where the file does not say."""
        if self.primaries == PRIMARIES_2020:
            guess = "bt2020nc"
        else:
            guess = "bt709" if size[0] > SD_WIDTH or size[1] > SD_HEIGHT else "bt601"
        return MATRIX_NAMES.get(self.matrix, guess)


def write_table(path: Path, colour: Colour, *, is_vivid: bool) -> None:
    """A .cube file from a colour's R'G'B' to BT.709's, both from 0 to 1."""
    steps = np.linspace(0.0, 1.0, TABLE_STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    toned = _to_709(np.stack([red, green, blue], axis=-1).reshape(-1, 3), colour, is_vivid)
    with path.open("w") as file:
        file.write(f"LUT_3D_SIZE {TABLE_STEPS}\n")
        np.savetxt(file, toned, fmt="%.5f")


def _to_709(signal: Light, colour: Colour, is_vivid: bool) -> Light:
    is_hdr = colour.transfer in (PQ, HLG)
    light = {PQ: _pq_light, HLG: _hlg_light}.get(colour.transfer, _sdr_light)(signal)
    matrix = np.array(TO_709.get(colour.primaries, np.eye(3)))
    relative = np.maximum(light @ matrix.T, 0)
    if is_hdr:
        brightest = relative.max(axis=-1, keepdims=True)
        bent = np.minimum(brightest, 1.0) if is_vivid else _bend(brightest)
        relative = relative * (bent / np.maximum(brightest, 1e-6))
        # What screens do with BT.709 video today: sRGB's curve, as in the poster.
        encoded = np.where(
            relative <= 0.0031308, 12.92 * relative, 1.055 * np.power(relative, 1 / 2.4) - 0.055
        )
    else:
        encoded = np.power(relative, 1 / SDR_GAMMA)
    clipped: Light = np.clip(encoded, 0, 1)
    return clipped


def _sdr_light(signal: Light) -> Light:
    return np.power(signal, SDR_GAMMA)


def _pq_light(signal: Light) -> Light:
    """Diffuse white is 1."""
    power = np.power(signal, 1 / PQ_M2)
    base = np.maximum(power - PQ_C1, 0) / (PQ_C2 - PQ_C3 * power)
    light: Light = 10_000 / DIFFUSE_WHITE * np.power(base, 1 / PQ_M1)
    return light


def _hlg_light(signal: Light) -> Light:
    """Diffuse white is 1, on a display of 1000 cd/m2."""
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - HLG_C) / HLG_A) + HLG_B) / 12)
    luminance = (scene * np.array(BT2020_LUMA)).sum(axis=-1, keepdims=True)
    gain = np.power(np.maximum(luminance, 1e-6), HLG_SYSTEM_GAMMA - 1)
    light: Light = HLG_PEAK / DIFFUSE_WHITE * gain * scene
    return light


def _bend(value: Light) -> Light:
    above = np.maximum(value - KNEE, 0)
    return np.where(value <= KNEE, value, KNEE + (1 - KNEE) * above / (above + (1 - KNEE)))
