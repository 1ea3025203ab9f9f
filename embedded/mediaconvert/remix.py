"""RemixSettings as matrices, and which sound an output hears of each input."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedded.mediaconvert.programme import ProgrammeInput

# Gains by output channel and input channel; 1 is as loud as it came.
Matrix = tuple[tuple[float, ...], ...]
MUTED_DB = -60
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


@dataclass(frozen=True)
class Pickup:
    """One sound of an input that an output hears; `matrix` None is for ffmpeg's own mix of channels."""

    external: str | None
    track: int
    offset_ms: int
    matrix: Matrix | None


def read_remix(settings: dict[str, Any] | None) -> Matrix | None:
    """Gains in dB from -60, which is silence, to 6."""
    mapping = (settings or {}).get("ChannelMapping", {}).get("OutputChannels")
    if not mapping:
        return None
    return tuple(
        tuple(_gain(level) for level in channel.get("InputChannelsFineTune") or channel["InputChannels"])
        for channel in mapping
    )


def pickups(
    each: "ProgrammeInput",
    name: str,
    remix: Matrix | None,
    channels: dict[tuple[str | None, int], int],
    channels_out: int,
) -> list[Pickup]:
    """What an input gives under the name of a selector or a group; nothing is silence.

    `channels` has the count of channels by external file (None for the input's own) and track.
    """
    chosen = _selected(each, name)
    sounds = [
        (selector, track)
        for selector in chosen
        for track in selector.tracks
        if (selector.external, track) in channels
    ]
    if len(sounds) == 1:
        selector, track = sounds[0]
        matrix = _joined(remix, selector.remix)
        if matrix is None and channels[selector.external, track] == 1 and channels_out > 1:
            matrix = ((1.0,),) * 2
        return [Pickup(selector.external, track, selector.offset_ms, matrix)]
    found = []
    taken = 0
    for selector, track in sounds:
        count = channels[selector.external, track]
        own = selector.remix or _identity(count)
        # Channels of a group are numbered through, in the order of its selectors.
        wanted = remix or _identity(channels_out)
        share = tuple(row[taken : taken + len(own)] for row in wanted)
        taken += len(own)
        found.append(Pickup(selector.external, track, selector.offset_ms, _product(share, own)))
    return found


def pan(matrix: Matrix, channels: int) -> str:
    """The filter for a matrix, over a sound of so many channels; those that it lacks are silent."""
    rows = []
    for index, row in enumerate(matrix):
        terms = [f"{gain:.6g}*c{source}" for source, gain in enumerate(row[:channels]) if gain]
        rows.append(f"c{index}={'+'.join(terms) or '0*c0'}")
    return f"pan={LAYOUTS.get(len(matrix), f'{len(matrix)}c')}|{'|'.join(rows)}"


def _selected(each: "ProgrammeInput", name: str) -> Sequence[Any]:
    """The selectors of this name, else the input's default one, else none."""
    if name in each.groups:
        return [each.selectors[member] for member in each.groups[name] if member in each.selectors]
    if name in each.selectors:
        return [each.selectors[name]]
    return [selector for selector in each.selectors.values() if selector.is_default][:1]


def _gain(level: float) -> float:
    return 0.0 if level <= MUTED_DB else float(10 ** (level / 20))


def _identity(size: int) -> Matrix:
    return tuple(tuple(float(row == column) for column in range(size)) for row in range(size))


def _joined(after: Matrix | None, before: Matrix | None) -> Matrix | None:
    if after is None or before is None:
        return after or before
    return _product(after, before)


def _product(after: Matrix, before: Matrix) -> Matrix:
    width = max((len(row) for row in before), default=0)
    return tuple(
        tuple(
            sum(
                gain * before[middle][column]
                for middle, gain in enumerate(row[: len(before)])
                if column < len(before[middle])
            )
            for column in range(width)
        )
        for row in after
    )
