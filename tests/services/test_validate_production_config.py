from dataclasses import replace

import pytest
from hypothesis import given

from services.media.probed_media import ProbedMedia
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
from services.validate_production_config import validate_production_config
from tests.services.job_settings.strategies import DEFAULT_MEDIA, configs_and_media

MEDIA = replace(DEFAULT_MEDIA, duration_ms=5312)


def problems(config: ProductionConfig) -> list[tuple[str, str]]:
    """Each problem's code, and its path below `config`."""
    found = validate_production_config(config, MEDIA)
    assert all(problem.path[0] == "config" for problem in found)
    return [(problem.code.value, ".".join(problem.path[1:])) for problem in found]


def test_the_default_config_fits_every_video() -> None:
    assert validate_production_config(ProductionConfig(), MEDIA) == []


@given(configs_and_media())
def test_every_config_of_the_strategy_is_valid(pair: tuple[ProductionConfig, ProbedMedia]) -> None:
    assert validate_production_config(*pair) == []


def test_several_problems_are_told_at_once() -> None:
    config = ProductionConfig(
        TitlePage(" ", "s" * 301, 100, "red"),
        (
            LowerThird("Ana", 4000, 9000),
            LowerThird("a\x07b", 4500, 5000, ""),
            LowerThird("x" * 121, 3000, 2000, position=LowerThirdPosition.TOP_LEFT),
        ),
        AudioConfig(AudioMode.NORMALIZE, 3.0),
        Trim((KeptRange(0, 6000),)),
        (),
        None,
        OutputsConfig(2160),
    )
    assert problems(config) == [
        ("TEXT_EMPTY", "titlePage.title"),
        ("TEXT_TOO_LONG", "titlePage.subtitle"),
        ("OUT_OF_RANGE", "titlePage.durationMs"),
        ("COLOR_INVALID", "titlePage.background"),
        ("OUTSIDE_VIDEO", "trim.keep.0.endMs"),
        ("OUTSIDE_VIDEO", "lowerThirds.0.endMs"),
        ("TEXT_UNPRINTABLE", "lowerThirds.1.text"),
        ("TEXT_EMPTY", "lowerThirds.1.subtext"),
        ("TEXT_TOO_LONG", "lowerThirds.2.text"),
        ("END_BEFORE_START", "lowerThirds.2.endMs"),
        ("OVERLAP", "lowerThirds.1.startMs"),
        ("OUT_OF_RANGE", "audio.targetLkfs"),
        ("OUT_OF_RANGE", "outputs.maxHeight"),
    ]


@pytest.mark.parametrize(
    ("trim", "expected"),
    [
        (Trim((KeptRange(-1),)), [("OUTSIDE_VIDEO", "trim.keep.0.startMs")]),
        (Trim((KeptRange(5312),)), [("OUTSIDE_VIDEO", "trim.keep.0.startMs")]),
        (Trim((KeptRange(2000, 2000),)), [("END_BEFORE_START", "trim.keep.0.endMs")]),
        (Trim((KeptRange(2000, 2999),)), [("TOO_SHORT", "trim.keep.0")]),
        (Trim((KeptRange(4500),)), [("TOO_SHORT", "trim.keep.0")]),
        (Trim((KeptRange(2000, 3000),)), []),
        (Trim((KeptRange(0, 5312),)), []),
        # In any order, and again.
        (Trim((KeptRange(3000), KeptRange(0, 4000), KeptRange(0, 4000))), []),
        (Trim(()), [("TOO_MANY", "trim.keep")]),
        (Trim((KeptRange(),) * 50), []),
        (Trim((KeptRange(),) * 51), [("TOO_MANY", "trim.keep")]),
        (
            Trim((KeptRange(0, 900), KeptRange(), KeptRange(1000, 6000))),
            [("TOO_SHORT", "trim.keep.0"), ("OUTSIDE_VIDEO", "trim.keep.2.endMs")],
        ),
    ],
)
def test_trim(trim: Trim, expected: list[tuple[str, str]]) -> None:
    assert problems(ProductionConfig(trim=trim)) == expected


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        ((KeptRange(-1),), "The kept range starts at -1 ms, before the video begins."),
        ((KeptRange(9000),), "The kept range starts at 9 000 ms, but the video lasts 5 312 ms."),
        ((KeptRange(),) * 20_000, "There are 20000 kept ranges; 1 to 50 are allowed."),
    ],
)
def test_a_trim_is_refused_once_and_clearly(keep: tuple[KeptRange, ...], message: str) -> None:
    found = validate_production_config(ProductionConfig(trim=Trim(keep)), MEDIA)
    assert [problem.message for problem in found] == [message]


@pytest.mark.parametrize(
    ("start", "end", "trim", "message"),
    [
        (0, 9000, None, "It ends at 9 000 ms, but the video lasts 5 312 ms."),
        (500, 2000, Trim((KeptRange(1000),)), "It starts at 500 ms, but the kept range begins at 1 000 ms."),
        (
            2000,
            5000,
            Trim((KeptRange(0, 4000),)),
            "It ends at 5 000 ms, but the kept range ends at 4 000 ms.",
        ),
        (-1, 2000, None, "It starts at -1 ms, before the video begins."),
        (3000, 1000, None, "The lower third ends at 1 000 ms, which is not after its start at 3 000 ms."),
        (1000, 1200, None, "It is shown for 200 ms; at least 500 ms can be read."),
    ],
)
def test_messages_name_the_numbers(start: int, end: int, trim: Trim | None, message: str) -> None:
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", start, end),), trim=trim)
    assert [problem.message for problem in validate_production_config(config, MEDIA)] == [message]


def test_lower_thirds_may_share_a_moment_or_a_place_but_not_both() -> None:
    first = LowerThird("One", 1000, 2000)
    beside = LowerThird("Two", 1000, 2000, position=LowerThirdPosition.BOTTOM_RIGHT)
    after = LowerThird("Three", 2000, 3000)
    assert problems(ProductionConfig(lower_thirds=(first, beside, after))) == []
    assert problems(ProductionConfig(lower_thirds=(first, replace(after, start_ms=1999)))) == [
        ("OVERLAP", "lowerThirds.1.startMs")
    ]


def test_the_poster_must_be_on_the_programme() -> None:
    title = TitlePage("Title")
    assert problems(ProductionConfig(title, poster_at_ms=8311)) == []
    assert problems(ProductionConfig(title, poster_at_ms=8312)) == [("OUTSIDE_VIDEO", "posterAtMs")]
    assert problems(ProductionConfig(poster_at_ms=-1)) == [("OUTSIDE_VIDEO", "posterAtMs")]


def test_a_hundred_lower_thirds_are_too_many() -> None:
    media = replace(MEDIA, duration_ms=100_000)
    many = tuple(LowerThird("Ana", index * 1000, index * 1000 + 900) for index in range(100))
    found = validate_production_config(ProductionConfig(lower_thirds=many), media)
    assert [(problem.code.value, problem.path) for problem in found] == [
        ("TOO_MANY", ("config", "lowerThirds"))
    ]


def test_what_is_kept_of_a_long_video_lasts_less_than_half_a_day() -> None:
    hour = 3_600_000
    media = replace(MEDIA, duration_ms=30 * hour)

    def found(*keep: KeptRange, lower_thirds: tuple[LowerThird, ...] = ()) -> list[tuple[str, str]]:
        config = ProductionConfig(lower_thirds=lower_thirds, trim=Trim(keep) if keep else None)
        return [
            (problem.code.value, ".".join(problem.path[1:]))
            for problem in validate_production_config(config, media)
        ]

    assert found() == found(KeptRange()) == found(KeptRange(0, 12 * hour - 1001)) == []
    assert found(KeptRange(0, 12 * hour - 1000)) == [("TOO_LONG", "trim.keep")]
    assert found(KeptRange(0, 6 * hour), KeptRange(0, 6 * hour)) == [("TOO_LONG", "trim.keep")]
    # Timecodes end with the day.
    assert found(KeptRange(25 * hour)) == [("OUT_OF_RANGE", "trim.keep.0")]
    late = LowerThird("Ana", 25 * hour, 25 * hour + 1000)
    assert found(lower_thirds=(late,)) == [("OUT_OF_RANGE", "lowerThirds.0.startMs")]


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (1500, 2500, "It ends at 2 500 ms, but the kept range ends at 2 000 ms."),
        (2500, 2900, "It starts at 2 500 ms, where the video is cut out."),
        (500, 900, "It starts at 500 ms, but the kept range begins at 1 000 ms."),
        (4800, 5300, "It ends at 5 300 ms, but the kept range ends at 5 000 ms."),
    ],
)
def test_a_lower_third_over_a_cut_is_refused(start: int, end: int, message: str) -> None:
    trim = Trim((KeptRange(3000, 5000), KeptRange(1000, 2000)))
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", start, end),), trim=trim)
    assert message in [problem.message for problem in validate_production_config(config, MEDIA)]


def test_a_lower_third_within_one_of_the_kept_parts_is_fine() -> None:
    trim = Trim((KeptRange(3000, 5000), KeptRange(1000, 4000)))
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", 3500, 4500),), trim=trim)
    assert problems(config) == []
