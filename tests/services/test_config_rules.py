"""Each part of a config by itself, at its limits."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    KeptRange,
    LowerThird,
    Music,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)
from services.validate_production_config import validate_production_config
from tests.services.job_settings.strategies import DEFAULT_MEDIA

FILE = UUID(int=1)
NAN, INFINITE = float("nan"), float("inf")


def problems(config: ProductionConfig) -> list[tuple[str, str]]:
    """Each problem's code, and its path below `config`."""
    found = validate_production_config(config, replace(DEFAULT_MEDIA, duration_ms=5312))
    return [(problem.code.value, ".".join(problem.path[1:])) for problem in found]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"fade_in_ms": 5000, "fade_out_ms": 0}, []),
        ({"fade_in_ms": -1}, [("OUT_OF_RANGE", "titlePage.fadeInMs")]),
        ({"fade_out_ms": 5001}, [("OUT_OF_RANGE", "titlePage.fadeOutMs")]),
        ({"background": "#12345"}, [("COLOR_INVALID", "titlePage.background")]),
        ({"background": "#123456\n"}, [("COLOR_INVALID", "titlePage.background")]),
        ({"background": "#1234567"}, [("COLOR_INVALID", "titlePage.background")]),
    ],
)
def test_title_page(page: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(ProductionConfig(TitlePage("Title", **page))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ({"fade_in_ms": 0, "fade_out_ms": 5000, "accent": "#ABCDEF"}, []),
        ({"fade_in_ms": 5001}, [("OUT_OF_RANGE", "lowerThirds.0.fadeInMs")]),
        ({"fade_out_ms": -1}, [("OUT_OF_RANGE", "lowerThirds.0.fadeOutMs")]),
        ({"accent": "blue"}, [("COLOR_INVALID", "lowerThirds.0.accent")]),
    ],
)
def test_lower_third(text: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(ProductionConfig(lower_thirds=(LowerThird("Ana", 0, 2000, **text),))) == expected


@pytest.mark.parametrize(
    ("audio", "expected"),
    [
        ({"gain_db": -60.0}, []),
        ({"gain_db": 6.0}, []),
        ({"gain_db": 6.1}, [("OUT_OF_RANGE", "audio.gainDb")]),
        ({"gain_db": -60.1}, [("OUT_OF_RANGE", "audio.gainDb")]),
        ({"gain_db": NAN}, [("OUT_OF_RANGE", "audio.gainDb")]),
        ({"gain_db": INFINITE}, [("OUT_OF_RANGE", "audio.gainDb")]),
        # Nothing is normalised, so the target says nothing.
        ({"target_lkfs": NAN}, []),
        ({"mode": AudioMode.NORMALIZE, "target_lkfs": NAN}, [("OUT_OF_RANGE", "audio.targetLkfs")]),
        ({"mode": AudioMode.NORMALIZE, "target_lkfs": -4.9}, [("OUT_OF_RANGE", "audio.targetLkfs")]),
    ],
)
def test_audio(audio: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(ProductionConfig(audio=AudioConfig(**audio))) == expected


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ({}, []),
        ({"gain_db": 12.0, "ducking_db": 0.0}, []),
        ({"gain_db": -60.0, "ducking_db": 40.0}, []),
        ({"gain_db": 12.1}, [("OUT_OF_RANGE", "audio.music.gainDb")]),
        ({"gain_db": -INFINITE}, [("OUT_OF_RANGE", "audio.music.gainDb")]),
        ({"ducking_db": -0.1}, [("OUT_OF_RANGE", "audio.music.duckingDb")]),
        ({"ducking_db": NAN}, [("OUT_OF_RANGE", "audio.music.duckingDb")]),
        ({"fade_in_ms": -1}, [("OUT_OF_RANGE", "audio.music.fadeInMs")]),
        ({"fade_out_ms": 30_001}, [("OUT_OF_RANGE", "audio.music.fadeOutMs")]),
        ({"fade_in_ms": 5312, "fade_out_ms": 5313}, [("OUTSIDE_VIDEO", "audio.music.fadeOutMs")]),
    ],
)
def test_music(music: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(ProductionConfig(audio=AudioConfig(music=Music(FILE, **music)))) == expected


def test_music_fades_within_the_programme_title_page_included() -> None:
    audio = AudioConfig(music=Music(FILE, fade_in_ms=4001))
    trim = Trim((KeptRange(0, 1000),))
    assert problems(ProductionConfig(TitlePage("Title", duration_ms=3001), audio=audio, trim=trim)) == []
    assert problems(ProductionConfig(TitlePage("Title"), audio=audio, trim=trim)) == [
        ("OUTSIDE_VIDEO", "audio.music.fadeInMs")
    ]


def test_there_must_be_sound_to_download() -> None:
    outputs = OutputsConfig(audio=True)
    muted = ProductionConfig(audio=AudioConfig(AudioMode.MUTE), outputs=outputs)
    only_music = ProductionConfig(audio=AudioConfig(AudioMode.MUTE, music=Music(FILE)), outputs=outputs)
    assert problems(muted) == [("NO_SOUND", "outputs.audio")]
    assert problems(only_music) == problems(ProductionConfig(outputs=outputs)) == []


BURNED = Caption(FILE, mode=CaptionMode.BURN_IN)


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        ((Caption(FILE), Caption(FILE, "pt-BR", is_default=True), Caption(FILE, label="Director")), []),
        ((Caption(FILE), BURNED), []),
        ((Caption(FILE, "english"),), [("LANGUAGE_INVALID", "captions.0.language")]),
        ((Caption(FILE, ""),), [("LANGUAGE_INVALID", "captions.0.language")]),
        ((Caption(FILE, "en-x-" + "-".join("abcdefgh" * 4)),), [("LANGUAGE_INVALID", "captions.0.language")]),
        ((Caption(FILE, label=" "),), [("TEXT_EMPTY", "captions.0.label")]),
        ((Caption(FILE, label="x" * 61),), [("TEXT_TOO_LONG", "captions.0.label")]),
        ((Caption(FILE, label="a\nb"),), [("TEXT_UNPRINTABLE", "captions.0.label")]),
        ((Caption(FILE, label='"'),), [("TEXT_UNPRINTABLE", "captions.0.label")]),
        ((BURNED, BURNED), [("TOO_MANY", "captions.1.mode")]),
        (
            (Caption(FILE, is_default=True), replace(BURNED, is_default=True)),
            [("TOO_MANY", "captions.1.isDefault")],
        ),
        ((Caption(FILE), Caption(FILE)), [("NOT_UNIQUE", "captions.1.label")]),
        ((Caption(FILE), Caption(FILE, "de", "ENGLISH")), [("NOT_UNIQUE", "captions.1.label")]),
        (tuple(Caption(FILE, label=str(number)) for number in range(20)), []),
        (tuple(Caption(FILE, label=str(number)) for number in range(21)), [("TOO_MANY", "captions")]),
    ],
)
def test_captions(captions: tuple[Caption, ...], expected: list[tuple[str, str]]) -> None:
    assert problems(ProductionConfig(captions=captions)) == expected
