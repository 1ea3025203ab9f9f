from dataclasses import replace
from fractions import Fraction

import pytest

from services.job_settings.rendition_ladder import rendition_ladder
from tests.services.job_settings.strategies import DEFAULT_MEDIA


@pytest.mark.parametrize(
    ("width", "height", "max_height", "expected"),
    [
        (1920, 1080, None, [(1080, 1920, 1080), (720, 1280, 720), (480, 854, 480), (360, 640, 360)]),
        (3840, 2160, 720, [(720, 1280, 720), (480, 854, 480), (360, 640, 360)]),
        (1080, 1920, None, [(1080, 1080, 1920), (720, 720, 1280), (480, 480, 854), (360, 360, 640)]),
        (1918, 1078, 1080, [(1080, 1918, 1078), (720, 1282, 720), (480, 854, 480), (360, 640, 360)]),
        (640, 640, None, [(480, 480, 480), (360, 360, 360)]),
        (1280, 720, 240, [(240, 426, 240)]),
        (176, 144, None, [(144, 176, 144)]),
        (321, 181, None, [(180, 320, 180)]),
        (8192, 512, None, [(480, 4096, 256)]),
    ],
)
def test_ladder(
    width: int, height: int, max_height: int | None, expected: list[tuple[int, int, int]]
) -> None:
    media = replace(DEFAULT_MEDIA, width=width, height=height)
    ladder = rendition_ladder(media, max_height, Fraction(30))
    assert [(rung.name, rung.width, rung.height) for rung in ladder] == expected


def test_bitrates_follow_the_rung_and_the_frame_rate() -> None:
    slow = rendition_ladder(DEFAULT_MEDIA, None, Fraction(30))
    fast = rendition_ladder(DEFAULT_MEDIA, None, Fraction(60))
    assert [rung.max_bitrate for rung in slow] == [6_000_000, 3_500_000, 1_400_000, 800_000]
    assert [rung.max_bitrate for rung in fast] == [9_000_000, 5_250_000, 2_100_000, 1_200_000]
