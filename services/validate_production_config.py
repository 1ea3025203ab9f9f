"""Everything wrong with a config for one upload, told at once, before anything is paid for."""

from services.config_rules.audio import audio_problems
from services.config_rules.captions import caption_problems
from services.config_rules.lower_thirds import lower_third_problems
from services.config_rules.outputs import output_problems, poster_problems
from services.config_rules.problems import ConfigProblem, ConfigProblemCode
from services.config_rules.title_page import title_page_problems
from services.config_rules.trim import trim_problems
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

__all__ = ["ConfigProblem", "ConfigProblemCode", "validate_production_config"]


def validate_production_config(config: ProductionConfig, media: ProbedMedia) -> list[ConfigProblem]:
    """Every problem of the config with this video; an empty list means that it can be rendered.

    Whether the other uploads it names exist and fit is for whoever may see them to say.
    """
    title = list(title_page_problems(config.title_page))
    trim = list(trim_problems(config, media))
    timeline_is_valid = not title and not trim
    problems = [
        *title,
        *trim,
        *lower_third_problems(config, media, trim_is_valid=not trim),
        *audio_problems(config, media, timeline_is_valid=timeline_is_valid),
        *caption_problems(config.captions),
        *output_problems(config, media),
    ]
    if timeline_is_valid:
        problems += poster_problems(config, media)
    return problems
