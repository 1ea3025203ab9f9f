import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from services.job_settings import build_job, programme_duration_ms
from services.job_settings.frame_timing import frame_at, input_rate, timecode
from services.probed_media import ProbedMedia
from services.production_config import (
    AudioConfig,
    AudioMode,
    KeptRange,
    LowerThird,
    LowerThirdPosition,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)
from tests.services.job_settings.botocore_shapes import request_faults
from tests.services.job_settings.placements import RENDER, placements
from tests.services.job_settings.strategies import DEFAULT_MEDIA, configs_and_media

GOLDEN = Path(__file__).parent / "golden"


def kept(start: int = 0, end: int | None = None) -> Trim:
    return Trim((KeptRange(start, end),))


EVERYTHING = ProductionConfig(
    TitlePage("Zürich in spring", "A film"),
    (
        LowerThird("Ana Núñez", 2000, 7000, "Engineer"),
        LowerThird("Sound", 12_500, 18_000, position=LowerThirdPosition.TOP_RIGHT),
    ),
    AudioConfig(AudioMode.NORMALIZE),
    outputs=OutputsConfig(mp4=True),
)
PORTRAIT = replace(DEFAULT_MEDIA, width=1080, height=1920, rotation=90, frame_rate=Fraction(30000, 1001))
SMALL_SILENT = replace(
    DEFAULT_MEDIA, width=177, height=144, has_audio=False, audio_codec=None, audio_channels=0
)
CASES: dict[str, tuple[ProductionConfig, ProbedMedia]] = {
    "default": (ProductionConfig(), DEFAULT_MEDIA),
    "everything": (EVERYTHING, DEFAULT_MEDIA),
    "portrait_trimmed": (
        ProductionConfig(lower_thirds=(LowerThird("Ana", 2000, 4000),), trim=kept(1000, 19_000)),
        PORTRAIT,
    ),
    "small_silent": (ProductionConfig(TitlePage("Title")), SMALL_SILENT),
    "muted_mono": (
        ProductionConfig(audio=AudioConfig(AudioMode.MUTE)),
        replace(DEFAULT_MEDIA, audio_channels=1),
    ),
}


def job_of(config: ProductionConfig, media: ProbedMedia = DEFAULT_MEDIA) -> dict[str, Any]:
    return build_job(config=config, media=media, render=RENDER, overlays=placements(config, media))


def outputs_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for group in job["Settings"]["OutputGroups"] for output in group["Outputs"]]


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """A change of these files is a change of what people's videos become: read the difference."""
    assert job_of(*CASES[name]) == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def test_the_check_itself_finds_faults() -> None:
    job = job_of(ProductionConfig())
    job["StatusUpdateInterval"] = "SECONDS_11"
    job["Settings"]["TimecodeConfig"]["Sauce"] = "ZEROBASED"
    job["Settings"]["FollowSource"] = 0
    job["Settings"]["OutputGroups"][0]["OutputGroupSettings"]["HlsGroupSettings"]["Destination"] = "file:///x"
    del job["Role"]
    assert [fault.split(":")[0] for fault in request_faults("CreateJob", job)] == [
        "CreateJob",
        "CreateJob/StatusUpdateInterval",
        "CreateJob/Settings/TimecodeConfig",
        "CreateJob/Settings/FollowSource",
        "CreateJob/Settings/OutputGroups/0/OutputGroupSettings/HlsGroupSettings/Destination",
    ]


@settings(max_examples=150, deadline=None)
@given(configs_and_media())
def test_every_valid_config_makes_a_valid_job(pair: tuple[ProductionConfig, ProbedMedia]) -> None:
    config, media = pair
    job = job_of(config, media)
    assert request_faults("CreateJob", job) == []
    json.dumps(job)
    _check_sizes(job, media)
    _check_inputs(job, config, media)


def _check_sizes(job: dict[str, Any], media: ProbedMedia) -> None:
    for output in outputs_of(job):
        video = output["VideoDescription"]
        assert (video["Width"] % 2, video["Height"] % 2) == (0, 0)
        assert video["Width"] <= media.width
        assert video["Height"] <= media.height
    for group in job["Settings"]["OutputGroups"]:
        names = [output["NameModifier"] for output in group["Outputs"]]
        assert len(set(names)) == len(names)


def _check_inputs(job: dict[str, Any], config: ProductionConfig, media: ProbedMedia) -> None:
    settings_ = job["Settings"]
    inputs = settings_["Inputs"]
    assert settings_["FollowSource"] == len(inputs) == (2 if config.title_page else 1)
    assert {settings_["TimecodeConfig"]["Source"], *(i["TimecodeSource"] for i in inputs)} == {"ZEROBASED"}
    for each in inputs:
        images = each.get("ImageInserter", {}).get("InsertableImages", [])
        assert len({image["Layer"] for image in images}) == len(images)
        assert all(image["Opacity"] == 100 for image in images)
        assert all(image["FadeIn"] <= image["Duration"] for image in images)
    capture = outputs_of(job)[-1]["VideoDescription"]["CodecSettings"]["FrameCaptureSettings"]
    if capture["MaxCaptures"] == 2:
        at_ms = Fraction(capture["FramerateDenominator"] * 1000, capture["FramerateNumerator"])
        assert 0 < at_ms < programme_duration_ms(config, media)


def test_a_lower_third_ends_when_asked_fade_out_included() -> None:
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", 2000, 7000),))
    image = job_of(config)["Settings"]["Inputs"][0]["ImageInserter"]["InsertableImages"][0]
    assert image["StartTime"] == "00:00:02:00"
    assert image["Duration"] + image["FadeOut"] == 5000


def test_a_trim_ends_on_the_frame_before_its_end() -> None:
    job = job_of(ProductionConfig(trim=kept(1000, 19_000)))
    assert job["Settings"]["Inputs"][0]["InputClippings"] == [
        {"StartTimecode": "00:00:01:00", "EndTimecode": "00:00:18:29"}
    ]


def test_a_trim_of_one_end_leaves_the_other_open() -> None:
    to_the_end = job_of(ProductionConfig(trim=kept(1000)))["Settings"]["Inputs"][0]["InputClippings"]
    from_the_start = job_of(ProductionConfig(trim=kept(0, 5000)))["Settings"]["Inputs"][0]["InputClippings"]
    assert (to_the_end, from_the_start) == (
        [{"StartTimecode": "00:00:01:00"}],
        [{"EndTimecode": "00:00:04:29"}],
    )


def test_a_trim_of_everything_clips_nothing() -> None:
    assert "InputClippings" not in job_of(ProductionConfig(trim=kept(0, 20_000)))["Settings"]["Inputs"][0]


@pytest.mark.parametrize(
    ("rate", "at_ms", "expected"),
    [
        (Fraction(30), 12_500, "00:00:12:15"),
        (Fraction(25), 12_500, "00:00:12:13"),
        (Fraction(1), 2500, "00:00:03:00"),
        # The drift of non-drop-frame counting: an hour of 29.97 is 107892 frames.
        (Fraction(30000, 1001), 3_600_000, "00:59:56:12"),
        (Fraction(24000, 1001), 3_600_000, "00:59:56:10"),
        (Fraction(60), 999, "00:00:01:00"),
    ],
)
def test_timecodes_count_frames(rate: Fraction, at_ms: int, expected: str) -> None:
    assert timecode(frame_at(at_ms, rate), rate) == expected


def test_overlay_starts_stay_in_the_services_pattern_above_60_frames() -> None:
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", 900, 3000),))
    job = job_of(config, replace(DEFAULT_MEDIA, frame_rate=Fraction(120)))
    start = job["Settings"]["Inputs"][0]["ImageInserter"]["InsertableImages"][0]["StartTime"]
    assert re.fullmatch(r"00:00:00:59", start)


@pytest.mark.parametrize(
    ("source", "variable", "expected"),
    [
        (Fraction(30000, 1001), False, Fraction(30000, 1001)),
        (Fraction(2997, 100), False, Fraction(30000, 1001)),
        (Fraction(2398, 100), False, Fraction(24000, 1001)),
        (Fraction(60), False, Fraction(60)),
        (Fraction(120), False, Fraction(60)),
        (Fraction(120000, 1001), False, Fraction(60000, 1001)),
        (Fraction(100), False, Fraction(50)),
        (Fraction(90), False, Fraction(60)),
        (Fraction(17), False, Fraction(24)),
        (Fraction(600, 29), True, Fraction(24)),
        (Fraction(30), True, Fraction(30)),
        (Fraction(31), True, Fraction(50)),
    ],
)
def test_output_rate(source: Fraction, variable: bool, expected: Fraction) -> None:
    media = replace(DEFAULT_MEDIA, frame_rate=source, variable_frame_rate=variable)
    codec = outputs_of(job_of(ProductionConfig(), media))[0]["VideoDescription"]["CodecSettings"][
        "H264Settings"
    ]
    assert Fraction(codec["FramerateNumerator"], codec["FramerateDenominator"]) == expected
    assert input_rate(media) == (expected if variable or (source <= 60 and source != 17) else source)


def _sound(job: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Per audio track: where it comes from, whether normalised; then what each input offers."""
    tracks = [
        (track["AudioSourceName"], track.get("AudioNormalizationSettings", {}).get("TargetLkfs"))
        for output in outputs_of(job)
        for track in output.get("AudioDescriptions", [])
    ]
    return [
        *sorted(set(tracks)),
        *(tuple(each.get("AudioSelectors", {})) for each in job["Settings"]["Inputs"]),
    ]


def test_sound() -> None:
    title = TitlePage("Title")
    normalized = ProductionConfig(title, audio=AudioConfig(AudioMode.NORMALIZE, -14))
    muted = ProductionConfig(title, audio=AudioConfig(AudioMode.MUTE))
    one = ("Audio Selector 1",)
    assert _sound(job_of(ProductionConfig(title))) == [("Audio Selector 1", None), one, one]
    assert _sound(job_of(normalized)) == [("Audio Selector 1", -14.0), one, one]
    assert _sound(job_of(muted)) == [("Silence", None), (), ()]
    assert _sound(job_of(normalized, SMALL_SILENT)) == [("Silence", None), (), ()]


def test_mono_is_heard_on_both_sides() -> None:
    job = job_of(ProductionConfig(), replace(DEFAULT_MEDIA, audio_channels=1))
    remix = job["Settings"]["Inputs"][0]["AudioSelectors"]["Audio Selector 1"]["RemixSettings"]
    assert remix == {
        "ChannelsIn": 1,
        "ChannelsOut": 2,
        "ChannelMapping": {"OutputChannels": [{"InputChannels": [0]}, {"InputChannels": [0]}]},
    }


def test_only_interlaced_sources_are_deinterlaced() -> None:
    def deinterlaced(media: ProbedMedia) -> set[bool]:
        outputs = outputs_of(job_of(ProductionConfig(), media))
        return {"Deinterlacer" in output["VideoDescription"]["VideoPreprocessors"] for output in outputs}

    assert deinterlaced(DEFAULT_MEDIA) == {False}
    assert deinterlaced(replace(DEFAULT_MEDIA, interlaced=True)) == {True}


def test_a_missing_overlay_is_our_bug() -> None:
    config = ProductionConfig(TitlePage("Title"))
    with pytest.raises(KeyError, match=r"title\.png"):
        build_job(config=config, media=DEFAULT_MEDIA, render=RENDER, overlays=[])
