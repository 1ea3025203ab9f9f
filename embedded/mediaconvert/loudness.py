"""Loudness normalisation: measure after ITU-R BS.1770-4 (EBU R 128), then one gain and a limiter.

Two-pass loudnorm is not used: with a loudness range of 0 it leaves its linear mode in silence and misses the
target by 10 LU and more.
"""

import re
from collections.abc import Callable

from embedded.mediaconvert.command import measure_command
from embedded.mediaconvert.ffmpeg_process import run_ffmpeg
from embedded.mediaconvert.filter_graph import FilterGraph
from embedded.mediaconvert.outputs import Sound

INTEGRATED = re.compile(r"I:\s+(-?[\d.]+|-inf|nan) LUFS")
SILENCE_LKFS = -69.0
CLOSE_LU = 0.1
TRIES = 3


async def gain_for(sound: Sound, new_graph: Callable[[], FilterGraph]) -> float | None:
    """The gain in dB that brings the programme to its target; None without a target, and for silence.

    Where the limiter takes some of the gain away, the rest is added and measured again.
    """
    if sound.target_lkfs is None:
        return None
    loudness = await _measure(sound, None, new_graph())
    if loudness is None or loudness <= SILENCE_LKFS:
        return None
    gain = sound.target_lkfs - loudness
    for _ in range(TRIES):
        reached = await _measure(sound, gain, new_graph())
        if reached is None or abs(sound.target_lkfs - reached) <= CLOSE_LU:
            break
        gain += sound.target_lkfs - reached
    return gain


async def _measure(sound: Sound, gain: float | None, graph: FilterGraph) -> float | None:
    told = await run_ffmpeg(measure_command(graph, graph.add_sound(sound, gain)))
    found = INTEGRATED.findall(told)
    if not found or found[-1] in ("-inf", "nan"):
        return None
    return float(found[-1])
