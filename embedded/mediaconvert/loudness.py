"""Loudness normalisation: measure after ITU-R BS.1770-4 (EBU R 128), then one gain and, where it is needed, a
limiter.

Two-pass loudnorm is not used: with a loudness range of 0 it leaves its linear mode in silence and misses the
target by 10 LU and more.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from embedded.mediaconvert.command import measure_command
from embedded.mediaconvert.ffmpeg_process import run_ffmpeg
from embedded.mediaconvert.filter_graph import FilterGraph
from embedded.mediaconvert.outputs import Mix
from embedded.mediaconvert.sounds import Correction, add_mix

SUMMARY = re.compile(r"\[ebur128@m(\d+) @ [^\]]*\] Summary:(.*?)(?=\n\[|\Z)", re.DOTALL)
INTEGRATED = re.compile(r"I:\s+(-?[\d.]+|-inf|nan) LUFS")
PEAK = re.compile(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS")
SILENCE_LKFS = -69.0
# BS.1770 leaves out what is below -70 LKFS: pauses in a sound as quiet as this.
NEAR_GATE_LKFS = -45.0
CLOSE_LU = 0.1
TRIES = 4
NewGraph = Callable[[], FilterGraph]


@dataclass(frozen=True)
class Loudness:
    """LKFS over the whole, and the highest true peak in dBTP."""

    integrated: float
    peak: float


async def corrections(mixes: Iterable[Mix], new_graph: NewGraph) -> dict[Mix, Correction]:
    """What brings each mix to its target; none for those without a target, silence, and what the gate spares.

    One pass over the sound measures all of them. Only where the limiter takes some of a gain away, or parts
    of a very quiet sound fall below the meter's gate, is the rest added and measured again.
    """
    targets = {mix: mix.target_lkfs for mix in mixes if mix.target_lkfs is not None}
    if not targets:
        return {}
    bases = list(dict.fromkeys(mix.unlevelled for mix in targets))
    measured = dict(zip(bases, await _measure([(base, None) for base in bases], new_graph()), strict=True))
    found = {}
    for mix, target in targets.items():
        loudness = measured[mix.unlevelled]
        if loudness is None or loudness.integrated <= max(SILENCE_LKFS, mix.gate_lkfs):
            continue
        gain = target - loudness.integrated
        is_limited = loudness.peak + gain > mix.peak_limit
        found[mix] = Correction(gain, mix.peak_limit if is_limited else None)
        if is_limited or loudness.integrated < NEAR_GATE_LKFS:
            found[mix] = await _refined(mix, target, found[mix], new_graph)
    return found


async def _refined(mix: Mix, target: float, correction: Correction, new_graph: NewGraph) -> Correction:
    for _ in range(TRIES):
        (reached,) = await _measure([(mix, correction)], new_graph())
        if reached is None or abs(target - reached.integrated) <= CLOSE_LU:
            break
        gain = correction.gain_db + target - reached.integrated
        is_over = correction.limit_db is None and reached.peak + gain - correction.gain_db > mix.peak_limit
        correction = Correction(gain, mix.peak_limit if is_over else correction.limit_db)
    return correction


async def _measure(wanted: list[tuple[Mix, Correction | None]], graph: FilterGraph) -> list[Loudness | None]:
    labels = [add_mix(graph, mix, correction) for mix, correction in wanted]
    told = await run_ffmpeg(measure_command(graph, labels))
    summaries = {int(number): text for number, text in SUMMARY.findall(told)}
    return [_loudness(summaries.get(index, "")) for index in range(len(wanted))]


def _loudness(summary: str) -> Loudness | None:
    integrated, peak = INTEGRATED.search(summary), PEAK.search(summary)
    if not integrated or integrated[1] in ("-inf", "nan"):
        return None
    is_known = peak is not None and peak[1] not in ("-inf", "nan")
    return Loudness(float(integrated[1]), float(peak[1]) if is_known and peak else 0.0)
