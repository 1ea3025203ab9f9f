from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image

from services.job_settings.config_warnings import ConfigWarningCode
from services.job_settings.frame_timing import output_rate
from services.job_settings.rendition_ladder import rendition_ladder
from services.media.probed_media import ProbedMedia
from services.overlays import draw_overlays
from services.preview_warnings import PreviewWarningCode, preview_warnings
from services.production_config import (
    AudioConfig,
    AudioMode,
    LowerThird,
    Music,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
)
from tests.services.job_settings.strategies import DEFAULT_MEDIA

IMAGE = UUID(int=1)
SILENT = replace(DEFAULT_MEDIA, has_audio=False, audio_codec=None, audio_channels=0)


def picture(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


def warned(
    config: ProductionConfig, media: ProbedMedia = DEFAULT_MEDIA, image: bytes = b""
) -> list[tuple[str, str]]:
    images = {IMAGE: image}
    ladder = rendition_ladder(media, config.outputs.max_height, output_rate(media))
    overlays = draw_overlays(config, media, images)
    warnings = preview_warnings(config, media, ladder, overlays, images)
    assert all(warning.path[0] == "input" and warning.message.endswith(".") for warning in warnings)
    return [(warning.code, ".".join(warning.path[1:])) for warning in warnings]


def test_a_plain_config_needs_no_warning() -> None:
    texts = (LowerThird("Ada Lovelace", 0, 3000, "Analyst"),)
    config = ProductionConfig(TitlePage("Airdate"), texts, AudioConfig(AudioMode.NORMALIZE))
    assert warned(config) == []


def lower_third(**values: object) -> ProductionConfig:
    return ProductionConfig(
        lower_thirds=(LowerThird(**{"text": "Ada", "start_ms": 0, "end_ms": 3000, **values}),)
    )


NORMALIZE, MUSIC = AudioConfig(AudioMode.NORMALIZE), Music(IMAGE)
CASES = {
    "no glyph": (lower_third(subtext="A 𓀀"), [("CHARACTER_NOT_DRAWN", "config.lowerThirds.0.subtext")]),
    "long": (
        lower_third(text="W" * 45, end_ms=9000),
        [("TEXT_SHRUNK", "config.lowerThirds.0")],
    ),
    "brief": (
        lower_third(text="Ten words that nobody will have read by then", end_ms=900),
        [("TEXT_TOO_BRIEF", "config.lowerThirds.0")],
    ),
    "fades": (
        ProductionConfig(TitlePage("A", duration_ms=1000, fade_in_ms=600, fade_out_ms=500)),
        [("FADES_SHORTENED", "config.titlePage")],
    ),
    "sound alone": (
        ProductionConfig(outputs=OutputsConfig(audio=True)),
        [("NO_PROGRESS", "config.outputs.audio")],
    ),
    "small": (
        ProductionConfig(lower_thirds=lower_third().lower_thirds, outputs=OutputsConfig(max_height=180)),
        [("TEXT_SMALL", "config.lowerThirds.0")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_config(case: str) -> None:
    config, expected = CASES[case]
    assert warned(config) == expected


@pytest.mark.parametrize(
    ("audio", "outputs", "expected"),
    [
        (AudioConfig(AudioMode.MUTE), OutputsConfig(), []),
        (NORMALIZE, OutputsConfig(), ["mode"]),
        (replace(NORMALIZE, music=MUSIC), OutputsConfig(), []),
        (AudioConfig(gain_db=3), OutputsConfig(), ["gainDb"]),
        (AudioConfig(music=MUSIC), OutputsConfig(audio=True), ["audio"]),
    ],
)
def test_a_silent_upload(audio: AudioConfig, outputs: OutputsConfig, expected: list[str]) -> None:
    config = ProductionConfig(audio=audio, outputs=outputs)
    codes = {"NO_SOUND", "NO_PROGRESS", "NOTHING_TO_NORMALIZE"}
    told = warned(config, SILENT)
    assert [path.split(".")[-1] for _, path in told] == expected
    assert {code for code, _ in told} <= codes


def test_an_image_is_enlarged_only_so_far() -> None:
    config = ProductionConfig(TitlePage("A", background_upload_id=IMAGE))
    assert warned(config, image=picture(1280, 720)) == []
    assert warned(config, image=picture(4000, 700)) == [
        ("IMAGE_ENLARGED", "config.titlePage.backgroundUploadId")
    ]


def test_what_becomes_of_the_source() -> None:
    cap = ProductionConfig(outputs=OutputsConfig(max_height=1080))
    small = replace(DEFAULT_MEDIA, width=640, height=360)
    assert warned(cap, small) == [("SOURCE_SMALLER", "config.outputs.maxHeight")]
    assert warned(cap) == []
    odd = replace(DEFAULT_MEDIA, hdr=True, frame_rate=Fraction(120))
    assert warned(ProductionConfig(), odd) == [
        ("HDR_CONVERTED", "uploadId"),
        ("FRAME_RATE_CHANGED", "uploadId"),
    ]
    varying = replace(DEFAULT_MEDIA, variable_frame_rate=True)
    assert warned(ProductionConfig(), varying) == [("FRAME_RATE_CHANGED", "uploadId")]


def test_every_warning_of_the_jobs_settings_is_told() -> None:
    assert {code.value for code in ConfigWarningCode} <= {code.value for code in PreviewWarningCode}
