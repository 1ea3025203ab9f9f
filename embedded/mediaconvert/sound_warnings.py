"""Sound that is not as long as its picture, as the service warns of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from embedded.mediaconvert.programme import Piece, Programme

PADDED, CUT = 240000, 240001
NOTICED_SECONDS = Fraction(1, 10)


@dataclass(frozen=True)
class JobWarning:
    code: int
    message: str


def sound_warnings(programme: Programme, heard: Mapping[int, frozenset[int]]) -> list[JobWarning]:
    """For each part of a file whose sound ends earlier or later than its picture. `heard` are the tracks that
    are used, by the piece's offset; a clip that ends before its file cuts sound as it was asked to."""
    return [
        warning
        for piece in programme.pieces
        for track in sorted(heard.get(piece.offset, ()))
        for warning in _of_track(programme, piece, track)
    ]


def _of_track(programme: Programme, piece: Piece, track: int) -> Iterator[JobWarning]:
    source = piece.input.source
    end = source.sound_end(track) if source else None
    if end is None:
        return
    number = programme.inputs.index(piece.input) + 1
    first, last = piece.first / programme.rate, piece.end / programme.rate
    missing = last - max(first, end)
    if missing >= NOTICED_SECONDS:
        yield JobWarning(PADDED, f"Input {number}: {_ms(missing)} ms of silence added after its sound.")
    elif piece.end == piece.input.frames and -missing >= NOTICED_SECONDS:
        yield JobWarning(CUT, f"Input {number}: {_ms(-missing)} ms of sound dropped after its picture.")


def _ms(seconds: Fraction) -> int:
    return round(seconds * 1000)
