"""Which colour of letters stands out on which ground (WCAG 2, contrast of relative luminances)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LIGHT_INK = "#ffffff"
DARK_INK = "#101418"
# WCAG 2.2, 1.4.3 for text of usual size.
READABLE = 4.5
SCRIMS = (0.35, 0.45, 0.55, 0.65, 0.75, 0.85)
# A few brighter dots in a photograph make no letter unreadable.
NEARLY_ALL = 0.98

Colors = NDArray[np.floating[Any]]


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`, 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def ink_on(color: str) -> str:
    """White or near black, whichever stands out more."""
    ground = luminance(np.array(rgb(color)))
    light, dark = (contrast(luminance(np.array(rgb(ink))), ground) for ink in (LIGHT_INK, DARK_INK))
    return LIGHT_INK if light >= dark else DARK_INK


def scrim_opacity(picture: NDArray[np.uint8], color: str) -> float:
    """How much of `color` must lie over the picture for letters in `ink_on(color)` to be readable on it."""
    ink = luminance(np.array(rgb(ink_on(color))))
    for opacity in SCRIMS:
        covered = picture * (1 - opacity) + np.array(rgb(color)) * opacity
        if np.mean(contrast(ink, luminance(covered)) >= READABLE) >= NEARLY_ALL:
            return opacity
    return SCRIMS[-1]


def luminance(colors: NDArray[Any]) -> Colors:
    """Relative luminance, 0 to 1, of sRGB values from 0 to 255 in the last dimension."""
    encoded = colors / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    weighed: Colors = linear @ np.array([0.2126, 0.7152, 0.0722])
    return weighed


def contrast(one: Colors, other: Colors) -> Colors:
    """1 (the same) to 21 (black on white)."""
    lighter, darker = np.maximum(one, other), np.minimum(one, other)
    ratio: Colors = (lighter + 0.05) / (darker + 0.05)
    return ratio
