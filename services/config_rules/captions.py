from services.config_rules.problems import ConfigProblem, ConfigProblemCode, Problems, check_text
from services.job_settings.caption_languages import is_well_formed, track_name
from services.production_config import Caption, CaptionMode

# MediaConvert has 20 caption selectors for an input.
MAX_CAPTIONS = 20
MAX_LABEL = 60
# Longer tags are well-formed too (RFC 5646, 4.4.1), but no player has a use for them.
MAX_LANGUAGE = 35


def caption_problems(captions: tuple[Caption, ...]) -> Problems:
    """Each by itself, then what only one of them may be or have."""
    path = ("config", "captions")
    if len(captions) > MAX_CAPTIONS:
        message = f"There are {len(captions)} captions; at most {MAX_CAPTIONS} are allowed."
        yield ConfigProblem(ConfigProblemCode.TOO_MANY, message, path)
        return
    for index, caption in enumerate(captions):
        yield from _caption(caption, (*path, str(index)))
    yield from _burned_in_twice(captions)
    yield from _names_twice(captions)
    yield from _defaults(captions)


def _caption(caption: Caption, path: tuple[str, ...]) -> Problems:
    if len(caption.language) > MAX_LANGUAGE or not is_well_formed(caption.language):
        message = f"{caption.language[:40]!r} is not a BCP 47 language tag such as en or pt-BR."
        yield ConfigProblem(ConfigProblemCode.LANGUAGE_INVALID, message, (*path, "language"))
    if caption.label is None:
        return
    yield from check_text(caption.label, MAX_LABEL, (*path, "label"))
    if '"' in caption.label:
        # A quoted string in a playlist has no way to hold one (RFC 8216, 4.2).
        message = "A label cannot hold a double quote."
        yield ConfigProblem(ConfigProblemCode.TEXT_UNPRINTABLE, message, (*path, "label"))


def _burned_in_twice(captions: tuple[Caption, ...]) -> Problems:
    burned = [index for index, caption in enumerate(captions) if caption.mode is CaptionMode.BURN_IN]
    for index in burned[1:]:
        message = f"Number {burned[0] + 1} is drawn into the picture already; only one can be."
        yield ConfigProblem(ConfigProblemCode.TOO_MANY, message, ("config", "captions", str(index), "mode"))


def _names_twice(captions: tuple[Caption, ...]) -> Problems:
    """Players tell tracks by their names (RFC 8216, 4.3.4.1.1)."""
    known: dict[str, int] = {}
    for index, caption in enumerate(captions):
        if caption.mode is not CaptionMode.SIDECAR:
            continue
        name = track_name(caption.language, caption.label)
        first = known.setdefault(name.casefold(), index)
        if first != index:
            message = (
                f"Number {first + 1} is called {name[:MAX_LABEL]!r} too; give one of them another label."
            )
            yield ConfigProblem(
                ConfigProblemCode.NOT_UNIQUE, message, ("config", "captions", str(index), "label")
            )


def _defaults(captions: tuple[Caption, ...]) -> Problems:
    defaults = [index for index, caption in enumerate(captions) if caption.is_default]
    for index in defaults[1:]:
        message = f"Number {defaults[0] + 1} is the default already; only one can be."
        yield ConfigProblem(
            ConfigProblemCode.TOO_MANY, message, ("config", "captions", str(index), "isDefault")
        )
