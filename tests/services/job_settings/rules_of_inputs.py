"""Rules of one input: what it is, its overlays, clips and sound."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

TIMECODE = re.compile(r"(\d\d):(\d\d):(\d\d):(\d\d)")
HALF_A_DAY_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Source:
    """What the service would find when it opens the upload: size as seen, length, rate of its timecodes."""

    width: int
    height: int
    duration_ms: int
    rate: Fraction


def input_faults(each: dict[str, Any], source: Source, place: str) -> Iterator[str]:
    """Everything wrong with an input."""
    if ("FileInput" in each) == ("VideoGenerator" in each):
        yield f"{place}: one of FileInput and VideoGenerator"
    if each.get("TimecodeSource") != "ZEROBASED":
        yield f"{place}: TimecodeSource is not ZEROBASED"
    generator = each.get("VideoGenerator")
    if generator:
        yield from _generator(generator, f"{place}/VideoGenerator")
        rate = Fraction(generator["FramerateNumerator"], generator["FramerateDenominator"])
        frame = (generator["Width"], generator["Height"])
        lasts = Fraction(generator["Duration"], 1000)
    else:
        rate, frame = source.rate, (source.width, source.height)
        lasts = Fraction(source.duration_ms, 1000)
    clips = list(_clips(each, rate, lasts))
    yield from _clip_faults(each, clips, rate, lasts, place)
    yield from _overlays(each, frame, rate, clips or [(Fraction(0), lasts)], place)
    yield from _sound(each.get("AudioSelectors", {}), place)


def _generator(generator: dict[str, Any], place: str) -> Iterator[str]:
    for one, other in (("Width", "Height"), ("FramerateNumerator", "FramerateDenominator")):
        if (one in generator) != (other in generator):
            yield f"{place}: {one} with {other}"
    if generator["Width"] % 2 or generator["Height"] % 2:
        yield f"{place}: even sizes"


def seconds_at(timecode: str, rate: Fraction) -> Fraction:
    """The moment a frame begins; timecodes count in the nominal rate, without dropping."""
    match = TIMECODE.fullmatch(timecode)
    assert match, timecode
    hours, minutes, seconds, frames = map(int, match.groups())
    nominal = max(1, round(rate))
    return ((hours * 3600 + minutes * 60 + seconds) * nominal + frames) / rate


def _clips(each: dict[str, Any], rate: Fraction, lasts: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """From the beginning of each clip's first frame to the end of its last, which is included."""
    for clip in each.get("InputClippings", []):
        start = seconds_at(clip["StartTimecode"], rate) if "StartTimecode" in clip else Fraction(0)
        end = seconds_at(clip["EndTimecode"], rate) + 1 / rate if "EndTimecode" in clip else lasts
        yield start, end


def _clip_faults(
    each: dict[str, Any],
    clips: list[tuple[Fraction, Fraction]],
    rate: Fraction,
    lasts: Fraction,
    place: str,
) -> Iterator[str]:
    """User Guide, "setting up an assembly workflow job", and error 1060 for times outside the input."""
    before = Fraction(0)
    for index, (clip, (start, end)) in enumerate(zip(each.get("InputClippings", []), clips, strict=True)):
        here = f"{place}/InputClippings/{index}"
        if not clip.get("StartTimecode") and not clip.get("EndTimecode"):
            yield f"{here}: a start or an end"
        if end <= start:
            yield f"{here}: ends before it starts"
        if start < before:
            yield f"{here}: clips in order and apart"
        # Half a frame is rounding.
        if start >= lasts or end > lasts + 1 / rate:
            yield f"{here}: outside the input"
        if end - start >= HALF_A_DAY_SECONDS:
            yield f"{here}: 12 hours or more"
        before = end


def _overlays(
    each: dict[str, Any],
    frame: tuple[int, int],
    rate: Fraction,
    clips: list[tuple[Fraction, Fraction]],
    place: str,
) -> Iterator[str]:
    images = each.get("ImageInserter", {}).get("InsertableImages", [])
    layers = [image.get("Layer") for image in images]
    if None in layers or len(set(layers)) != len(layers):
        yield f"{place}/ImageInserter: every layer once"
    for index, image in enumerate(images):
        here = f"{place}/ImageInserter/{index}"
        if image.get("Opacity") != 100:
            yield f"{here}: Opacity is 50 unless told"
        if image["ImageX"] + image["Width"] > frame[0] or image["ImageY"] + image["Height"] > frame[1]:
            yield f"{here}: outside the frame"
        if image.get("FadeIn", 0) > image["Duration"]:
            yield f"{here}: Duration holds the fade in"
        start = seconds_at(image["StartTime"], rate)
        end = start + Fraction(image["Duration"] + image.get("FadeOut", 0), 1000)
        # Half a frame is rounding; a second where a rate has more frames than two digits can tell.
        slack = 1 / rate if rate <= 60 else Fraction(1)
        if not any(first - slack <= start and end <= last + slack for first, last in clips):
            yield f"{here}: outside what is shown"


def _sound(selectors: dict[str, Any], place: str) -> Iterator[str]:
    if sum(selector.get("DefaultSelection") == "DEFAULT" for selector in selectors.values()) > 1:
        yield f"{place}/AudioSelectors: one default"
    for name, selector in selectors.items():
        here = f"{place}/AudioSelectors/{name}"
        if "ExternalAudioFileInput" in selector and "AudioDurationCorrection" in selector:
            yield f"{here}: timing corrections are of the input's own AAC"
        if "RemixSettings" in selector:
            yield from _remix(selector["RemixSettings"], f"{here}/RemixSettings")


def _remix(remix: dict[str, Any], place: str) -> Iterator[str]:
    rows = remix["ChannelMapping"]["OutputChannels"]
    if remix["ChannelsOut"] != 1 and remix["ChannelsOut"] % 2:
        yield f"{place}: one channel out, or an even number"
    if len(rows) != remix["ChannelsOut"]:
        yield f"{place}: a row for each channel out"
    for row in rows:
        if len(row) != 1:
            yield f"{place}: whole or broken numbers, not both"
        gains = next(iter(row.values()))
        if len(gains) != remix["ChannelsIn"]:
            yield f"{place}: a gain for each channel in"
        if not all(-60 <= gain <= 6 for gain in gains):
            yield f"{place}: gains of -60 to 6 dB"
        if any(round(gain, 3) != gain for gain in gains):
            yield f"{place}: gains to a thousandth"
