"""One ffmpeg filter graph: its inputs, its chains, and the labels between them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from embedded.mediaconvert.colour import Colour
from embedded.mediaconvert.outputs import Captions
from embedded.mediaconvert.programme import Piece, Programme
from embedded.mediaconvert.sources import SoundFile

MARGIN_SECONDS = 1


@dataclass(frozen=True)
class Assets:
    """Files beside the inputs: images and sounds by address, colour tables, and captions to burn in by their
    track and the picture's size."""

    images: dict[str, Path]
    sounds: dict[str, SoundFile]
    tables: dict[Colour, Path]
    subtitles: dict[tuple[Captions, tuple[int, int]], Path]


@dataclass(frozen=True)
class OpenPiece:
    """A piece's file as ffmpeg's input `number`; `shift` seconds are taken off its clock to count from the
    piece's first frame."""

    number: int
    shift: Fraction


@dataclass
class FilterGraph:
    """`arguments` are ffmpeg's inputs in the order in which the chains count them.

    A file is opened once for each piece of it, for picture and sound together: they keep their distance, what
    lies between pieces is not decoded, and pieces in any order hold no frames in memory. `heard` are the
    tracks of a piece's file that are used, by the piece's offset.
    """

    programme: Programme
    assets: Assets
    heard: dict[int, frozenset[int]]
    is_seen: bool = True
    arguments: list[str] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    inputs: int = 0
    labels: int = 0
    opened: dict[int, OpenPiece] = field(default_factory=dict)

    @property
    def rate(self) -> Fraction:
        return self.programme.rate

    def text(self) -> str:
        return ";\n".join(self.chains)

    def add_input(self, *arguments: str) -> int:
        self.arguments += arguments
        self.inputs += 1
        return self.inputs - 1

    def label(self) -> str:
        self.labels += 1
        return f"l{self.labels}"

    def chain(self, feeds: str, filters: str) -> str:
        """Add a chain; the label of its output."""
        label = self.label()
        self.chains.append(f"{feeds}{filters}[{label}]")
        return label

    def split(self, label: str, count: int, splitter: str = "split") -> list[str]:
        """As many copies of a label; a filter's output can be used once only."""
        if count < 2:
            return [label] * count
        copies = [self.label() for _ in range(count)]
        self.chains.append(f"[{label}]{splitter}={count}{''.join(f'[{copy}]' for copy in copies)}")
        return copies

    def strung(self, parts: Collection[str], kinds: str) -> str:
        """The parts one after the other; `kinds` are concat's counts of pictures and sounds."""
        if len(parts) == 1:
            return next(iter(parts))
        return self.chain("".join(f"[{part}]" for part in parts), f"concat=n={len(parts)}:{kinds}")

    def open(self, piece: Piece) -> OpenPiece:
        """The piece's file, from near its first frame on where the container has an index."""
        if piece.offset not in self.opened:
            self.opened[piece.offset] = self._open(piece)
        return self.opened[piece.offset]

    def _open(self, piece: Piece) -> OpenPiece:
        source = piece.input.source
        if source is None:
            raise ValueError("a generated input has no file")
        lead = source.lead(self.heard.get(piece.offset, frozenset()), is_seen=self.is_seen)
        start = piece.first / self.rate + lead
        is_moved = any(selector.offset_ms for selector in piece.input.selectors.values())
        limits: list[str] = []
        shift = start
        if source.is_seekable and not is_moved:
            if piece.first:
                limits, shift = ["-ss", seconds(start)], Fraction(0)
            limits += ["-t", seconds(piece.frames / self.rate + MARGIN_SECONDS + abs(lead))]
        # Turned by a filter of ours: not every rotation is the file's own.
        return OpenPiece(self.add_input("-noautorotate", *limits, "-i", str(source.path)), shift)


def seconds(value: Fraction | float) -> str:
    """As ffmpeg reads times, to the microsecond."""
    return f"{float(value):.6f}"
