"""The configs and videos whose whole job is kept in `golden/`."""

from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.job_settings import build_job
from services.media.probed_media import ProbedMedia
from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    KeptRange,
    LowerThird,
    LowerThirdPosition,
    LowerThirdStyle,
    Music,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)
from tests.services.job_settings.placements import RENDER, placements
from tests.services.job_settings.strategies import DEFAULT_MEDIA

IMAGE, SONG, ENGLISH, GERMAN = (UUID(f"01890000-0000-7000-8000-0000000000{n}") for n in (11, 12, 13, 14))
TITLE = TitlePage("Zürich in spring", "A film")
MUSIC = Music(SONG)
PORTRAIT = replace(DEFAULT_MEDIA, width=1080, height=1920, rotation=90, frame_rate=Fraction(30000, 1001))
MUTE_VIDEO = replace(DEFAULT_MEDIA, has_audio=False, audio_codec=None, audio_channels=0)
SMALL_SILENT = replace(MUTE_VIDEO, width=177, height=144)
MONO = replace(DEFAULT_MEDIA, audio_channels=1)
SURROUND = replace(DEFAULT_MEDIA, audio_channels=6)
PHONE_IN_MKV = replace(PORTRAIT, rotation=270, container="matroska,webm")
HDR_INTERLACED_VFR = replace(
    DEFAULT_MEDIA,
    video_codec="hevc",
    frame_rate=Fraction(44, 3),
    variable_frame_rate=True,
    hdr=True,
    interlaced=True,
)
UHD_60 = replace(DEFAULT_MEDIA, width=3840, height=2160, frame_rate=Fraction(60))
BOTH_LANGUAGES = (Caption(ENGLISH), Caption(GERMAN, "de-CH", "Deutsch (Schweiz)", is_default=True))
TEXTS = (
    LowerThird("Ana Núñez", 2000, 7000, "Engineer"),
    LowerThird("Sound", 12_500, 18_000, position=LowerThirdPosition.TOP_RIGHT),
)


def kept(*ranges: tuple[int, int | None]) -> Trim:
    return Trim(tuple(KeptRange(start, end) for start, end in ranges))


def sound(
    mode: AudioMode = AudioMode.KEEP, *, gain_db: float = 0.0, music: Music | None = None
) -> ProductionConfig:
    return ProductionConfig(audio=AudioConfig(mode, gain_db=gain_db, music=music))


Case = tuple[ProductionConfig, ProbedMedia]
CASES: dict[str, Case] = {
    "default": (ProductionConfig(), DEFAULT_MEDIA),
    "everything": (
        ProductionConfig(TITLE, TEXTS, AudioConfig(AudioMode.NORMALIZE), outputs=OutputsConfig(mp4=True)),
        DEFAULT_MEDIA,
    ),
    "portrait_trimmed": (
        ProductionConfig(lower_thirds=(LowerThird("Ana", 2000, 4000),), trim=kept((1000, 19_000))),
        PORTRAIT,
    ),
    "small_silent": (ProductionConfig(TitlePage("Title")), SMALL_SILENT),
    "muted_mono": (sound(AudioMode.MUTE), MONO),
    "title_logo_fades": (
        ProductionConfig(
            replace(TITLE, background_upload_id=IMAGE, logo_upload_id=IMAGE, fade_in_ms=0, fade_out_ms=1200),
            (replace(TEXTS[0], style=LowerThirdStyle.BAR, accent="#ff8800", fade_in_ms=0, fade_out_ms=900),),
        ),
        DEFAULT_MEDIA,
    ),
    "three_parts": (
        ProductionConfig(lower_thirds=TEXTS, trim=kept((1000, 8000), (10_000, 11_500), (12_000, None))),
        DEFAULT_MEDIA,
    ),
    "parts_out_of_order": (
        ProductionConfig(
            TITLE, TEXTS, captions=(Caption(ENGLISH),), trim=kept((12_000, None), (0, 8000), (6000, 9000))
        ),
        DEFAULT_MEDIA,
    ),
    "gain_mono": (sound(gain_db=-4.5), MONO),
    "gain_stereo": (sound(gain_db=6.0), DEFAULT_MEDIA),
    "gain_surround": (sound(AudioMode.NORMALIZE, gain_db=2.0), SURROUND),
    "music": (replace(sound(music=MUSIC), trim=kept((2000, 9000), (10_000, None))), SURROUND),
    "music_with_title": (replace(sound(AudioMode.NORMALIZE, music=MUSIC), title_page=TITLE), DEFAULT_MEDIA),
    "muted_with_music": (sound(AudioMode.MUTE, gain_db=3.0, music=MUSIC), DEFAULT_MEDIA),
    "music_without_own_sound": (sound(music=MUSIC), MUTE_VIDEO),
    "captions_two_languages": (ProductionConfig(TITLE, captions=BOTH_LANGUAGES), DEFAULT_MEDIA),
    "captions_burned_in": (
        ProductionConfig(
            captions=(Caption(GERMAN, "de", mode=CaptionMode.BURN_IN), Caption(ENGLISH, "en-GB")),
            outputs=OutputsConfig(max_height=720, mp4=True),
        ),
        DEFAULT_MEDIA,
    ),
    "downloads": (
        ProductionConfig(poster_at_ms=7250, outputs=OutputsConfig(mp4=True, audio=True)),
        DEFAULT_MEDIA,
    ),
    "rotated_matroska": (ProductionConfig(TITLE), PHONE_IN_MKV),
    "hdr_interlaced_variable": (ProductionConfig(lower_thirds=TEXTS), HDR_INTERLACED_VFR),
    "uhd_60_capped": (ProductionConfig(outputs=OutputsConfig(max_height=720)), UHD_60),
}


def job_of(config: ProductionConfig, media: ProbedMedia = DEFAULT_MEDIA) -> dict[str, Any]:
    return build_job(config=config, media=media, render=RENDER, overlays=placements(config, media))


def outputs_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for group in job["Settings"]["OutputGroups"] for output in group["Outputs"]]
