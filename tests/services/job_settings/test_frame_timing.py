from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.job_settings.frame_timing import frame_at, input_rate, timecode
from services.production_config import LowerThird, ProductionConfig
from tests.services.job_settings.cases import job_of, outputs_of
from tests.services.job_settings.rules_of_inputs import seconds_at
from tests.services.job_settings.strategies import DEFAULT_MEDIA


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


@given(
    st.integers(0, 12 * 3600 * 1000),
    st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(17)]),
)
def test_a_timecode_is_the_moment_to_half_a_frame(at_ms: int, rate: Fraction) -> None:
    moment = seconds_at(timecode(frame_at(at_ms, rate), rate), rate)
    assert abs(moment - Fraction(at_ms, 1000)) <= Fraction(1, 2) / rate


@given(st.integers(0, 10_000), st.fractions(min_value=1, max_value=240, max_denominator=1001))
def test_a_second_is_never_without_a_frame(at_ms: int, rate: Fraction) -> None:
    assert frame_at(at_ms + 1000, rate) > frame_at(at_ms, rate)


def test_overlay_starts_stay_in_the_services_pattern_above_60_frames() -> None:
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", 900, 3000),))
    job = job_of(config, replace(DEFAULT_MEDIA, frame_rate=Fraction(120)))
    image = job["Settings"]["Inputs"][0]["ImageInserter"]["InsertableImages"][0]
    assert image["StartTime"] == "00:00:00:59"


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
    codec = outputs_of(job_of(ProductionConfig(), media))[0]["VideoDescription"]["CodecSettings"]
    h264 = codec["H264Settings"]
    assert Fraction(h264["FramerateNumerator"], h264["FramerateDenominator"]) == expected
    assert input_rate(media) == (expected if variable or (source <= 60 and source != 17) else source)
