from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from services.job_settings.clip_runs import clip_runs, input_clippings
from services.job_settings.programme_timeline import kept_ranges
from services.media.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig
from tests.services.job_settings.cases import job_of, kept
from tests.services.job_settings.strategies import DEFAULT_MEDIA, configs_and_media


def clippings(*ranges: tuple[int, int | None], media: ProbedMedia = DEFAULT_MEDIA) -> list[Any]:
    """Of each input, start and end of its clips."""
    inputs = job_of(ProductionConfig(trim=kept(*ranges)), media)["Settings"]["Inputs"]
    return [
        [(clip.get("StartTimecode"), clip.get("EndTimecode")) for clip in each.get("InputClippings", [])]
        for each in inputs
    ]


def test_a_trim_ends_on_the_frame_before_its_end() -> None:
    assert clippings((1000, 19_000)) == [[("00:00:01:00", "00:00:18:29")]]


def test_a_trim_of_one_end_leaves_the_other_open() -> None:
    assert clippings((1000, None)) == [[("00:00:01:00", None)]]
    assert clippings((0, 5000)) == [[(None, "00:00:04:29")]]


def test_a_trim_of_everything_clips_nothing() -> None:
    assert clippings((0, 20_000)) == clippings((0, None)) == [[]]


def test_parts_in_order_are_clips_of_one_input() -> None:
    assert clippings((0, 2000), (2000, 4000), (6000, None)) == [
        [(None, "00:00:01:29"), ("00:00:02:00", "00:00:03:29"), ("00:00:06:00", None)]
    ]


@pytest.mark.parametrize(
    ("ranges", "inputs"),
    [
        (((6000, 8000), (1000, 3000)), 2),
        (((1000, 3000), (1000, 3000)), 2),
        (((1000, 3000), (2950, 5000)), 2),
        # They overlap by less than half a frame, so by no frame.
        (((1000, 3010), (3000, 5000)), 1),
        (((1000, None), (1000, 3000), (4000, 5000)), 2),
        (((0, None), (0, None)), 2),
    ],
)
def test_a_part_out_of_order_or_again_begins_another_input(
    ranges: tuple[tuple[int, int | None], ...], inputs: int
) -> None:
    assert len(clippings(*ranges)) == inputs


def test_clips_do_not_meet_where_timecodes_cannot_tell_frames_apart() -> None:
    """Above 100 frames a second, the last of each second share a timecode of two digits."""
    media = replace(DEFAULT_MEDIA, frame_rate=Fraction(240))
    assert len(clippings((0, 1600), (1600, 4000), media=media)) == 2
    assert len(clippings((0, 2000), (2000, 4000), media=media)) == 1


def test_a_text_is_shown_wherever_the_whole_of_it_is_kept() -> None:
    texts = (LowerThird("One", 1000, 2000), LowerThird("Two", 6000, 7500))
    config = ProductionConfig(lower_thirds=texts, trim=kept((5000, 8000), (0, 7000), (900, 2000)))
    images = [
        [
            image["ImageInserterInput"].rpartition("/")[2]
            for image in each.get("ImageInserter", {}).get("InsertableImages", [])
        ]
        for each in job_of(config)["Settings"]["Inputs"]
    ]
    assert images == [["lower-third-2.png"], ["lower-third-1.png"], ["lower-third-1.png"]]


@given(configs_and_media())
def test_runs_are_the_kept_parts_in_their_order(pair: tuple[ProductionConfig, ProbedMedia]) -> None:
    config, media = pair
    runs = clip_runs(config, media)
    assert tuple(part for run in runs for part in run) == kept_ranges(config, media)
    for run in runs:
        clips = input_clippings(run, media)
        assert len(clips) == (0 if run == ((0, media.duration_ms),) else len(run))
