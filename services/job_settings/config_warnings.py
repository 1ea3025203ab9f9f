"""What a person should know before a valid config is rendered: nothing here stops it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.job_settings.audio_settings import is_silent
from services.media.probed_media import ProbedMedia
from services.production_config import AudioConfig, AudioMode, CaptionMode, ProductionConfig


class ConfigWarningCode(StrEnum):
    NO_PROGRESS = "NO_PROGRESS"
    MAY_DISTORT = "MAY_DISTORT"
    NOTHING_TO_NORMALIZE = "NOTHING_TO_NORMALIZE"
    FADES_SHORTENED = "FADES_SHORTENED"
    CAPTIONS_OVER_TEXT = "CAPTIONS_OVER_TEXT"


@dataclass(frozen=True)
class ConfigWarning:
    """`path` leads to the field in GraphQL's names, from "config" on."""

    code: ConfigWarningCode
    message: str
    path: tuple[str, ...]


# User Guide, "feature limitations" of audio-only outputs: one of them takes the progress from the whole job.
AUDIO_ONLY_HIDES_PROGRESS = ConfigWarning(
    ConfigWarningCode.NO_PROGRESS,
    "With a download of the sound alone, AWS does not tell how far it is while it renders.",
    ("config", "outputs", "audio"),
)


def config_warnings(config: ProductionConfig, media: ProbedMedia) -> list[ConfigWarning]:
    """Everything noteworthy of a config that is valid for this video."""
    warnings = [*_fades(config), *_sound(config.audio, media), *_burned_in(config)]
    if config.outputs.audio:
        warnings.append(AUDIO_ONLY_HIDES_PROGRESS)
    return warnings


def _fades(config: ProductionConfig) -> Iterator[ConfigWarning]:
    """A fade takes half of the time shown at most (`inputs.py`)."""
    page = config.title_page
    if page and max(page.fade_in_ms, page.fade_out_ms) > page.duration_ms // 2:
        yield _fades_shortened(page.duration_ms, "titlePage")
    for index, text in enumerate(config.lower_thirds):
        lasts = text.end_ms - text.start_ms
        if max(text.fade_in_ms, text.fade_out_ms) > lasts // 2:
            yield _fades_shortened(lasts, "lowerThirds", str(index))


def _fades_shortened(lasts: int, *path: str) -> ConfigWarning:
    message = f"It is shown for {lasts} ms; a longer fade than {lasts // 2} ms is cut to that."
    return ConfigWarning(ConfigWarningCode.FADES_SHORTENED, message, ("config", *path))


def _sound(audio: AudioConfig, media: ProbedMedia) -> Iterator[ConfigWarning]:
    silent = is_silent(audio, media)
    if audio.mode is AudioMode.NORMALIZE and silent:
        yield ConfigWarning(
            ConfigWarningCode.NOTHING_TO_NORMALIZE,
            "The video has no sound, so there is nothing to normalise.",
            ("config", "audio", "mode"),
        )
    if audio.mode is AudioMode.KEEP and audio.gain_db > 0 and not silent:
        yield ConfigWarning(
            ConfigWarningCode.MAY_DISTORT,
            f"Made {audio.gain_db:g} dB louder, sound that is loud already distorts; NORMALIZE does not.",
            ("config", "audio", "gainDb"),
        )


def _burned_in(config: ProductionConfig) -> Iterator[ConfigWarning]:
    at_the_bottom = any(text.position.startswith("BOTTOM") for text in config.lower_thirds)
    for index, caption in enumerate(config.captions):
        if caption.mode is CaptionMode.BURN_IN and at_the_bottom:
            yield ConfigWarning(
                ConfigWarningCode.CAPTIONS_OVER_TEXT,
                "Captions are drawn at the bottom, over lower thirds that stand there at the same time.",
                ("config", "captions", str(index), "mode"),
            )
