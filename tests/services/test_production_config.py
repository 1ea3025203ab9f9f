import json
from uuid import UUID

from hypothesis import given

from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    KeptRange,
    LowerThird,
    LowerThirdPosition,
    Music,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)
from tests.services.job_settings.strategies import configs_and_media

PICTURE, LOGO, SONG, SUBTITLES = (UUID(int=number) for number in range(1, 5))


def test_an_empty_json_object_is_the_default_config() -> None:
    assert ProductionConfig.from_json({}) == ProductionConfig()


def test_json_is_plain_and_complete() -> None:
    config = ProductionConfig(
        TitlePage("Title", logo_upload_id=LOGO),
        (LowerThird("Name", 1000, 2000, position=LowerThirdPosition.TOP_RIGHT),),
        AudioConfig(AudioMode.NORMALIZE, -14.0, music=Music(SONG)),
        Trim((KeptRange(500), KeptRange(0, 400))),
        (Caption(SUBTITLES, mode=CaptionMode.BURN_IN),),
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
            "logo_upload_id": str(LOGO),
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
        "audio": {
            "mode": "NORMALIZE",
            "target_lkfs": -14.0,
            "gain_db": 0.0,
            "music": {
                "upload_id": str(SONG),
                "gain_db": -12.0,
                "fade_in_ms": 1000,
                "fade_out_ms": 2000,
                "ducking_db": 12.0,
            },
        },
        "trim": {"keep": [{"start_ms": 500, "end_ms": None}, {"start_ms": 0, "end_ms": 400}]},
        "captions": [
            {
                "upload_id": str(SUBTITLES),
                "language": "en",
                "label": None,
                "mode": "BURN_IN",
                "is_default": False,
            }
        ],
        "poster_at_ms": 4000,
        "outputs": {"max_height": 720, "mp4": True, "audio": False},
    }


@given(configs_and_media(images=True))
def test_every_config_survives_json(pair: tuple[ProductionConfig, object]) -> None:
    config = pair[0]
    assert ProductionConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_every_upload_that_is_used_is_told_with_its_path() -> None:
    config = ProductionConfig(
        TitlePage("Title", background_upload_id=PICTURE, logo_upload_id=LOGO),
        audio=AudioConfig(music=Music(SONG)),
        captions=(Caption(SUBTITLES), Caption(SUBTITLES, "de")),
    )
    assert [(upload_id, ".".join(path)) for upload_id, path in config.referenced_uploads()] == [
        (PICTURE, "config.titlePage.backgroundUploadId"),
        (LOGO, "config.titlePage.logoUploadId"),
        (SONG, "config.audio.music.uploadId"),
        (SUBTITLES, "config.captions.0.uploadId"),
        (SUBTITLES, "config.captions.1.uploadId"),
    ]
    assert list(ProductionConfig(TitlePage("Title")).referenced_uploads()) == []
