"""A CreateJob request as the few typed facts that a render needs."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

DEFAULT_RATE = Fraction(30000, 1001)


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
class ProgrammeInput:
    """A file, or (with `uri` None) black and silence for `generated_frames`."""

    uri: str | None
    generated_frames: int
    generated_size: tuple[int, int]
    is_rotated: bool
    audio_selectors: tuple[str, ...]
    overlays: tuple[Overlay, ...]
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Programme:
    inputs: tuple[ProgrammeInput, ...]
    rate: Fraction
    followed_input: int


def read_programme(settings: dict[str, Any]) -> Programme:
    """The inputs in order, at the rate that the outputs ask for."""
    rate = output_rate(settings)
    inputs = tuple(_input(each, rate) for each in settings["Inputs"])
    return Programme(inputs=inputs, rate=rate, followed_input=settings.get("FollowSource", 1) - 1)


def output_rate(settings: dict[str, Any]) -> Fraction:
    """Frames a second of the first output that specifies them."""
    for group in settings["OutputGroups"]:
        for output in group["Outputs"]:
            h264 = output.get("VideoDescription", {}).get("CodecSettings", {}).get("H264Settings", {})
            if "FramerateNumerator" in h264:
                return Fraction(h264["FramerateNumerator"], h264.get("FramerateDenominator", 1))
    return DEFAULT_RATE


def frames_of_timecode(timecode: str, rate: Fraction) -> int:
    """HH:MM:SS:FF counted from zero: FF counts to the nominal rate, 30 for 29.97 (no frames are dropped)."""
    hours, minutes, seconds, frames = (int(part) for part in timecode.replace(";", ":").split(":"))
    nominal = -(-rate.numerator // rate.denominator)
    return ((hours * 60 + minutes) * 60 + seconds) * nominal + frames


def frames_of_ms(milliseconds: int, rate: Fraction) -> int:
    return round(milliseconds * rate / 1000)


def _input(each: dict[str, Any], rate: Fraction) -> ProgrammeInput:
    generator = each.get("VideoGenerator", {})
    return ProgrammeInput(
        uri=each.get("FileInput"),
        generated_frames=frames_of_ms(generator.get("Duration", 0), rate),
        generated_size=(generator.get("Width", 540), generator.get("Height", 360)),
        is_rotated=each.get("VideoSelector", {}).get("Rotate") == "AUTO",
        audio_selectors=tuple(each.get("AudioSelectors", {})),
        overlays=read_overlays(each.get("ImageInserter", {}), rate),
        clips=tuple(_clip(clip, rate) for clip in each.get("InputClippings", [])),
    )


def read_overlays(inserter: dict[str, Any], rate: Fraction) -> tuple[Overlay, ...]:
    """In the order in which they are laid over each other. Duration holds the fade-in, not the fade-out."""
    overlays = [_overlay(image, rate) for image in inserter.get("InsertableImages", [])]
    return tuple(sorted(overlays, key=lambda overlay: overlay.layer))


def _overlay(image: dict[str, Any], rate: Fraction) -> Overlay:
    start = frames_of_timecode(image.get("StartTime", "00:00:00:00"), rate)
    fade_out = image.get("FadeOut", 0)
    return Overlay(
        uri=image["ImageInserterInput"],
        start_frame=start,
        end_frame=start + frames_of_ms(image.get("Duration", 24 * 3600 * 1000) + fade_out, rate),
        fade_in_frames=frames_of_ms(image.get("FadeIn", 0), rate),
        fade_out_frames=frames_of_ms(fade_out, rate),
        x=image.get("ImageX", 0),
        y=image.get("ImageY", 0),
        width=image.get("Width"),
        height=image.get("Height"),
        layer=image.get("Layer", 0),
        opacity=image.get("Opacity", 50) / 100,
    )


def _clip(clip: dict[str, Any], rate: Fraction) -> Clip:
    start, end = clip.get("StartTimecode"), clip.get("EndTimecode")
    return Clip(
        first_frame=frames_of_timecode(start, rate) if start else None,
        last_frame=frames_of_timecode(end, rate) if end else None,
    )
