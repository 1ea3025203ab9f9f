from uuid import UUID

from services.job_settings.config_warnings import AUDIO_ONLY_HIDES_PROGRESS, config_warnings
from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    LowerThird,
    LowerThirdPosition,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
)
from tests.services.job_settings.cases import MUSIC, MUTE_VIDEO
from tests.services.job_settings.strategies import DEFAULT_MEDIA

BURNED = Caption(UUID(int=1), mode=CaptionMode.BURN_IN)


def told(config: ProductionConfig) -> list[tuple[str, str]]:
    warnings = config_warnings(config, DEFAULT_MEDIA)
    return [(warning.code.value, ".".join(warning.path[1:])) for warning in warnings]


def test_most_configs_have_none() -> None:
    third = LowerThird("Ana", 1000, 3000, position=LowerThirdPosition.TOP_LEFT)
    config = ProductionConfig(
        TitlePage("Title"), (third,), captions=(BURNED,), outputs=OutputsConfig(mp4=True)
    )
    assert told(config) == []


def test_everything_is_told_with_its_path() -> None:
    config = ProductionConfig(
        TitlePage("Title", duration_ms=900),
        (LowerThird("Ana", 1000, 3000), LowerThird("Bo", 4000, 4700)),
        AudioConfig(gain_db=3.0),
        captions=(Caption(UUID(int=2)), BURNED),
        outputs=OutputsConfig(audio=True),
    )
    assert told(config) == [
        ("FADES_SHORTENED", "titlePage"),
        ("FADES_SHORTENED", "lowerThirds.1"),
        ("MAY_DISTORT", "audio.gainDb"),
        ("CAPTIONS_OVER_TEXT", "captions.1.mode"),
        ("NO_PROGRESS", "outputs.audio"),
    ]
    assert AUDIO_ONLY_HIDES_PROGRESS in config_warnings(config, DEFAULT_MEDIA)


def test_silence_cannot_be_normalised_nor_distort() -> None:
    normalized = ProductionConfig(audio=AudioConfig(AudioMode.NORMALIZE))
    with_music = ProductionConfig(audio=AudioConfig(AudioMode.NORMALIZE, music=MUSIC))
    louder = ProductionConfig(audio=AudioConfig(gain_db=3.0))
    codes = [
        [warning.code for warning in config_warnings(config, MUTE_VIDEO)]
        for config in (normalized, with_music, louder)
    ]
    assert codes == [["NOTHING_TO_NORMALIZE"], [], []]
