import json

from hypothesis import given

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
from tests.services.job_settings.strategies import configs_and_media


def test_an_empty_json_object_is_the_default_config() -> None:
    assert ProductionConfig.from_json({}) == ProductionConfig()


def test_json_is_plain_and_complete() -> None:
    config = ProductionConfig(
        TitlePage("Title"),
        (LowerThird("Name", 1000, 2000, position=LowerThirdPosition.TOP_RIGHT),),
        AudioConfig(AudioMode.NORMALIZE, -14.0),
        Trim((KeptRange(500),)),
        (),
        4000,
        OutputsConfig(720, mp4=True),
    )
    assert json.loads(json.dumps(config.to_json())) == {
        "title_page": {
            "title": "Title",
            "subtitle": None,
            "duration_ms": 3000,
            "background": "#101418",
            "background_upload_id": None,
            "logo_upload_id": None,
            "fade_in_ms": 500,
            "fade_out_ms": 500,
        },
        "lower_thirds": [
            {
                "text": "Name",
                "start_ms": 1000,
                "end_ms": 2000,
                "subtext": None,
                "position": "TOP_RIGHT",
                "style": "PANEL",
                "accent": "#4da3ff",
                "fade_in_ms": 400,
                "fade_out_ms": 400,
            }
        ],
        "audio": {"mode": "NORMALIZE", "target_lkfs": -14.0, "gain_db": 0.0, "music": None},
        "trim": {"keep": [{"start_ms": 500, "end_ms": None}]},
        "captions": [],
        "poster_at_ms": 4000,
        "outputs": {"max_height": 720, "mp4": True, "audio": False},
    }


@given(configs_and_media())
def test_every_config_survives_json(pair: tuple[ProductionConfig, object]) -> None:
    config = pair[0]
    assert ProductionConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
