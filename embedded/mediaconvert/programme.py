"""A CreateJob request's inputs as the few typed facts that a render needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from embedded.mediaconvert.remix import Matrix, read_remix
from embedded.mediaconvert.sources import RATE_TOLERANCE, Source

DEFAULT_RATE = Fraction(30000, 1001)
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Overlay:
    """An image over an input or output. Frames count on its timeline; `end_frame` includes the fade-out."""

    uri: str
    start_frame: int
    end_frame: int
    fade_in_frames: int
    fade_out_frames: int
    x: int
    y: int
    width: int | None
    height: int | None
    layer: int
    opacity: float


@dataclass(frozen=True)
class Clip:
    """Frames of an input, both inclusive; None for from the start or to the end."""

    first_frame: int | None
    last_frame: int | None


@dataclass(frozen=True)
class AudioSelector:
    """Sound of one input: tracks of its file (counted from 0) or of a file of its own (`external`)."""

    is_default: bool
    external: str | None
    tracks: tuple[int, ...]
    offset_ms: int
    remix: Matrix | None


@dataclass(frozen=True)
class CaptionSource:
    """`delta` in seconds is added to every cue's time."""

    uri: str
    delta: Fraction


@dataclass(frozen=True)
class ProgrammeInput:
    """A file's picture and sound or, without `source`, black (or an image, `background`) and silence."""

    source: Source | None
    frames: int
    size: tuple[int, int]
    background: str | None
    selectors: dict[str, AudioSelector]
    groups: dict[str, tuple[str, ...]]
    captions: dict[str, CaptionSource]
    overlays: tuple[Overlay, ...]
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Piece:
    """Frames `first` to before `end` of one input; `offset` frames of the programme come before."""

    input: ProgrammeInput
    first: int
    end: int
    offset: int

    @property
    def frames(self) -> int:
        return self.end - self.first


@dataclass(frozen=True)
class Programme:
    """Pieces of inputs strung together at one rate; `canvas` is the size that they share."""

    inputs: tuple[ProgrammeInput, ...]
    rate: Fraction
    canvas: tuple[int, int]
    pieces: tuple[Piece, ...]

    @property
    def frames(self) -> int:
        return sum(piece.frames for piece in self.pieces)


def read_programme(settings: dict[str, Any], sources: Sequence[Source | None]) -> Programme:
    """The inputs in order, at the rate that the outputs ask for; `sources` has None for generated ones."""
    followed = min(settings.get("FollowSource", 1), len(sources)) - 1
    rate = output_rate(settings, sources[followed])
    inputs = tuple(
        _input(each, source, rate) for each, source in zip(settings["Inputs"], sources, strict=True)
    )
    return Programme(inputs, rate, inputs[followed].size, tuple(_pieces(inputs)))


def output_rate(settings: dict[str, Any], followed: Source | None) -> Fraction:
    """Frames a second of the first output that specifies them, else of the followed input."""
    for group in settings["OutputGroups"]:
        for output in group["Outputs"]:
            h264 = output.get("VideoDescription", {}).get("CodecSettings", {}).get("H264Settings", {})
            if "FramerateNumerator" in h264:
                return Fraction(h264["FramerateNumerator"], h264.get("FramerateDenominator", 1))
    if followed is not None:
        return followed.frame_rate
    generator = settings["Inputs"][0].get("VideoGenerator", {})
    return _rate_of_generator(generator) or DEFAULT_RATE


def frame_of_timecode(timecode: str, own: Fraction, rate: Fraction) -> int:
    """HH:MM:SS:FF, counted from zero at the nominal rate of `own` (30 for 29.97: no frames are dropped), as a
    frame at `rate`."""
    hours, minutes, seconds, frames = (int(part) for part in timecode.replace(";", ":").split(":"))
    nominal = -(-own.numerator // own.denominator)
    frame = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    return frame if own == rate else round(frame / own * rate)


def frames_of_ms(milliseconds: int, rate: Fraction) -> int:
    return round(milliseconds * rate / 1000)


def read_overlays(inserter: dict[str, Any], own: Fraction, rate: Fraction) -> tuple[Overlay, ...]:
    """In the order in which they are laid over each other. Duration holds the fade-in, not the fade-out."""
    overlays = [_overlay(image, own, rate) for image in inserter.get("InsertableImages", [])]
    return tuple(sorted(overlays, key=lambda overlay: overlay.layer))


def _pieces(inputs: Sequence[ProgrammeInput]) -> list[Piece]:
    pieces: list[Piece] = []
    offset = 0
    for each in inputs:
        for clip in each.clips or (Clip(None, None),):
            first = min(clip.first_frame or 0, each.frames - 1)
            end = each.frames if clip.last_frame is None else min(clip.last_frame + 1, each.frames)
            piece = Piece(each, first, max(end, first + 1), offset)
            pieces.append(piece)
            offset += piece.frames
    return pieces


def _input(each: dict[str, Any], source: Source | None, rate: Fraction) -> ProgrammeInput:
    generator = each.get("VideoGenerator", {})
    own = _timecode_rate(source, generator, rate)
    return ProgrammeInput(
        source=source,
        frames=max(1, round(source.seconds * rate) if source else frames_of_ms(generator["Duration"], rate)),
        size=(source.width, source.height)
        if source
        else (generator.get("Width", 540), generator.get("Height", 360)),
        background=generator.get("ImageInput"),
        selectors={name: _selector(one) for name, one in each.get("AudioSelectors", {}).items()},
        groups={
            name: tuple(group.get("AudioSelectorNames", ()))
            for name, group in each.get("AudioSelectorGroups", {}).items()
        },
        captions=_captions(each.get("CaptionSelectors", {})),
        overlays=read_overlays(each.get("ImageInserter", {}), own, rate),
        clips=tuple(_clip(clip, own, rate) for clip in each.get("InputClippings", [])),
    )


def _timecode_rate(source: Source | None, generator: dict[str, Any], rate: Fraction) -> Fraction:
    """What an input's timecodes count in: its own rate, the programme's where they are as good as equal."""
    own = source.frame_rate if source else _rate_of_generator(generator) or rate
    if source and source.is_variable:
        return rate
    return rate if abs(own - rate) <= rate * RATE_TOLERANCE / 40 else own


def _rate_of_generator(generator: dict[str, Any]) -> Fraction | None:
    if "FramerateNumerator" not in generator:
        return None
    return Fraction(generator["FramerateNumerator"], generator.get("FramerateDenominator", 1))


def _selector(one: dict[str, Any]) -> AudioSelector:
    return AudioSelector(
        is_default=one.get("DefaultSelection") == "DEFAULT",
        external=one.get("ExternalAudioFileInput"),
        tracks=tuple(track - 1 for track in one.get("Tracks", [1])),
        offset_ms=one.get("Offset", 0),
        remix=read_remix(one.get("RemixSettings")),
    )


def _captions(selectors: dict[str, Any]) -> dict[str, CaptionSource]:
    found = {}
    for name, selector in selectors.items():
        file = selector.get("SourceSettings", {}).get("FileSourceSettings", {})
        if "SourceFile" in file:
            unit = 1000 if file.get("TimeDeltaUnits") == "MILLISECONDS" else 1
            found[name] = CaptionSource(file["SourceFile"], Fraction(file.get("TimeDelta", 0), unit))
    return found


def _overlay(image: dict[str, Any], own: Fraction, rate: Fraction) -> Overlay:
    start = frame_of_timecode(image.get("StartTime", "00:00:00:00"), own, rate)
    fade_out = image.get("FadeOut", 0)
    return Overlay(
        uri=image["ImageInserterInput"],
        start_frame=start,
        end_frame=start + frames_of_ms(image.get("Duration", DAY_MS) + fade_out, rate),
        fade_in_frames=frames_of_ms(image.get("FadeIn", 0), rate),
        fade_out_frames=frames_of_ms(fade_out, rate),
        x=image.get("ImageX", 0),
        y=image.get("ImageY", 0),
        width=image.get("Width"),
        height=image.get("Height"),
        layer=image.get("Layer", 0),
        opacity=image.get("Opacity", 50) / 100,
    )


def _clip(clip: dict[str, Any], own: Fraction, rate: Fraction) -> Clip:
    """The last frame is one of the input's own: at a higher rate all of its copies are kept."""
    start, end = clip.get("StartTimecode"), clip.get("EndTimecode")
    after = None if not end else frame_of_timecode(_next(end, own), own, rate)
    return Clip(
        first_frame=frame_of_timecode(start, own, rate) if start else None,
        last_frame=None if after is None else after - 1,
    )


def _next(timecode: str, own: Fraction) -> str:
    """The timecode one frame later; FF may count past the second."""
    head, frames = timecode.replace(";", ":").rsplit(":", 1)
    return f"{head}:{int(frames) + 1:02}"
