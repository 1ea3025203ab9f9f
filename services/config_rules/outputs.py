from services.config_rules.problems import (
    ConfigProblem,
    ConfigProblemCode,
    Problems,
    check_range,
    ms,
    outside,
)
from services.job_settings.audio_settings import is_silent
from services.job_settings.programme_timeline import programme_duration_ms
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

MAX_HEIGHT = (144, 1080)


def output_problems(config: ProductionConfig, media: ProbedMedia) -> Problems:
    """The ladder's cap, and a download of sound where there is none."""
    path = ("config", "outputs")
    if config.outputs.max_height is not None:
        yield from check_range(config.outputs.max_height, MAX_HEIGHT, "pixels", (*path, "maxHeight"))
    if config.outputs.audio and is_silent(config.audio, media):
        message = "The production has no sound to download."
        yield ConfigProblem(ConfigProblemCode.NO_SOUND, message, (*path, "audio"))


def poster_problems(config: ProductionConfig, media: ProbedMedia) -> Problems:
    """Whether there is a picture at that moment; the trim and the title page must be valid."""
    duration = programme_duration_ms(config, media)
    at = config.poster_at_ms
    if at is not None and not 0 <= at < duration:
        message = f"The poster is taken at {ms(at)}, but the production lasts {ms(duration)}."
        yield outside(message, ("config", "posterAtMs"))
