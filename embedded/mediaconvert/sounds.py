"""The sound's half of the graph: for each mix, what is heard of every piece, to the sample as long as its
picture, strung together and brought to its level."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from embedded.mediaconvert.filter_graph import Assets, FilterGraph, seconds
from embedded.mediaconvert.outputs import Mix
from embedded.mediaconvert.programme import Piece, Programme
from embedded.mediaconvert.remix import LAYOUTS, Pickup, pan, pickups

SAMPLE_RATE = 48_000
OVERSAMPLED = 4 * SAMPLE_RATE
FORMAT = "aformat=sample_fmts=fltp:channel_layouts="


@dataclass(frozen=True)
class Correction:
    """A gain in dB, and a limit in dBTP where the gain would lift peaks above it."""

    gain_db: float
    limit_db: float | None


def heard_tracks(programme: Programme, mixes: Iterable[Mix], assets: Assets) -> dict[int, frozenset[int]]:
    """The tracks of each piece's own file that any mix uses, by the piece's offset."""
    wanted = list(mixes)
    return {
        piece.offset: frozenset(
            pickup.track
            for mix in wanted
            for pickup in _pickups(piece, mix, assets)
            if pickup.external is None
        )
        for piece in programme.pieces
    }


def add_mix(graph: FilterGraph, mix: Mix, correction: Correction | None) -> str:
    """The whole programme's sound."""
    whole = graph.strung([_piece(graph, piece, mix) for piece in graph.programme.pieces], "v=0:a=1")
    if correction is None:
        return whole
    filters = f"volume={correction.gain_db:.3f}dB"
    if correction.limit_db is not None:
        # At four times the rate, so that peaks between samples are limited too.
        limit = 10 ** (correction.limit_db / 20)
        filters += (
            f",aresample={OVERSAMPLED},alimiter=limit={limit:.6f}:attack=2:release=60:level=false:latency=1"
            f",aresample={SAMPLE_RATE}"
        )
    return graph.chain(f"[{whole}]", filters)


def _piece(graph: FilterGraph, piece: Piece, mix: Mix) -> str:
    found = _pickups(piece, mix, graph.assets)
    if not found:
        silence = f"anullsrc=r={SAMPLE_RATE}:cl={LAYOUTS[mix.channels]}"
        length = f"atrim=end_sample={_samples(graph, piece)}"
        return graph.chain("", f"{silence},{length},{FORMAT}{LAYOUTS[mix.channels]}")
    parts = [_pickup(graph, piece, pickup, mix.channels) for pickup in found]
    if len(parts) == 1:
        return parts[0]
    feeds = "".join(f"[{part}]" for part in parts)
    return graph.chain(feeds, f"amix=inputs={len(parts)}:normalize=0:dropout_transition=0")


def _pickup(graph: FilterGraph, piece: Piece, pickup: Pickup, channels: int) -> str:
    """From the piece's first frame to its last, silent where there is no sound."""
    if pickup.external is None:
        opened = graph.open(piece)
        feed, shift = f"[{opened.number}:a:{pickup.track}]", opened.shift
    else:
        number, shift = _open_external(graph, piece, pickup)
        feed = f"[{number}:a:{pickup.track}]"
    shift -= Fraction(pickup.offset_ms, 1000)
    filters = [f"asetpts=PTS-({seconds(shift)})/TB"] if shift else []
    if pickup.matrix:
        filters.append(pan(pickup.matrix, _channels(graph.assets, piece, pickup)))
    # Holes in the sound are filled, and its first sample put at the piece's beginning.
    filters.append(f"aresample={SAMPLE_RATE}:async=1:first_pts=0")
    filters.append(FORMAT + LAYOUTS[channels])
    filters.append("apad")
    filters.append(f"atrim=end_sample={_samples(graph, piece)}")
    return graph.chain(feed, ",".join(filters))


def _open_external(graph: FilterGraph, piece: Piece, pickup: Pickup) -> tuple[int, Fraction]:
    """A sound of its own lies on its input's timeline."""
    sound = graph.assets.sounds[pickup.external or ""]
    start = piece.first / graph.rate
    limits: list[str] = []
    if piece.first and sound.is_seekable and not pickup.offset_ms:
        limits, start = ["-ss", seconds(start)], Fraction(0)
    return graph.add_input("-vn", *limits, "-i", str(sound.path)), start


def _samples(graph: FilterGraph, piece: Piece) -> int:
    """Counted over the whole programme, so that frames that are no whole number of samples add up."""
    first = round(piece.offset / graph.rate * SAMPLE_RATE)
    return round((piece.offset + piece.frames) / graph.rate * SAMPLE_RATE) - first


def _pickups(piece: Piece, mix: Mix, assets: Assets) -> list[Pickup]:
    source = piece.input.source
    channels: dict[tuple[str | None, int], int] = {}
    if source:
        channels |= {(None, index): track.channels for index, track in enumerate(source.tracks)}
    for selector in piece.input.selectors.values():
        if selector.external:
            channels[selector.external, 0] = assets.sounds[selector.external].channels
    return pickups(piece.input, mix.selector, mix.remix, channels, mix.channels)


def _channels(assets: Assets, piece: Piece, pickup: Pickup) -> int:
    if pickup.external:
        return assets.sounds[pickup.external].channels
    if piece.input.source is None:
        raise ValueError("a generated input has no track of its own")
    return piece.input.source.tracks[pickup.track].channels
