"""Captions: where each input finds them, tracks beside the HLS ladder, and text drawn into the picture."""

from collections.abc import Sequence
from typing import Any

from services.job_settings.asset_names import caption_name
from services.job_settings.caption_languages import (
    drawing_fields,
    font_script,
    language_fields,
    track_name,
)
from services.job_settings.render_refs import RenderRefs
from services.job_settings.rendition_ladder import Rung
from services.production_config import Caption, CaptionMode

# Of the short edge: close to the BBC's guideline for text that is read at a glance; the service draws 96
# pixels at most.
BURNED_SIZE = 0.05
BURNED_SIZES = (10, 96)
OUTLINE_SHARE = 18
MOST_OUTLINE = 10


def upload_caption_selectors(captions: Sequence[Caption], render: RenderRefs) -> dict[str, Any]:
    """Each caption file; its times are the upload's, before any trim."""
    return {
        selector_name(index): {
            "SourceSettings": {
                "SourceType": "WEBVTT",
                "FileSourceSettings": {"SourceFile": render.asset_uri(caption_name(index))},
            }
        }
        for index in range(len(captions))
    }


def title_caption_selectors(captions: Sequence[Caption]) -> dict[str, Any]:
    """The title page has none, and says so: every input must have as many selectors as the others (User
    Guide, "creating input captions selectors")."""
    empty = {"SourceSettings": {"SourceType": "NULL_SOURCE"}}
    return {selector_name(index): empty for index in range(len(captions))}


def track_outputs(captions: Sequence[Caption]) -> list[dict[str, Any]]:
    """One output of an HLS group for each SIDECAR caption.

    The default comes first: the service marks the first track as the default one and has no setting for it
    (User Guide, "IMSC, TTML, and WebVTT output captions").
    """
    tracks = [
        (index, caption) for index, caption in enumerate(captions) if caption.mode is CaptionMode.SIDECAR
    ]
    tracks.sort(key=lambda track: not track[1].is_default)
    return [_track_output(index, caption) for index, caption in tracks]


def burned_in(captions: Sequence[Caption], rung: Rung) -> dict[str, Any]:
    """What an output's own settings say of the caption drawn into it; nothing without a BURN_IN one."""
    drawn = [
        _drawn(index, caption, rung)
        for index, caption in enumerate(captions)
        if caption.mode is CaptionMode.BURN_IN
    ]
    return {"CaptionDescriptions": drawn} if drawn else {}


def selector_name(index: int) -> str:
    """Name of the selector of the caption at this 0-based index."""
    return f"Captions Selector {index + 1}"


def track_modifier(index: int) -> str:
    """How the names of the files of the track at this 0-based index go on, after the group's own name."""
    return f"_captions_{index + 1}"


def _track_output(index: int, caption: Caption) -> dict[str, Any]:
    description = {
        "CaptionSelectorName": selector_name(index),
        **language_fields(caption.language),
        "LanguageDescription": track_name(caption.language, caption.label),
        "DestinationSettings": {
            "DestinationType": "WEBVTT",
            # Where in the picture a cue stands, and what is in italics, is for the author to say.
            "WebvttDestinationSettings": {"StylePassthrough": "ENABLED"},
        },
    }
    return {
        "NameModifier": track_modifier(index),
        "ContainerSettings": {"Container": "M3U8", "M3u8Settings": {}},
        "OutputSettings": {"HlsSettings": {}},
        "CaptionDescriptions": [description],
    }


def _drawn(index: int, caption: Caption, rung: Rung) -> dict[str, Any]:
    smallest, largest = BURNED_SIZES
    size = min(largest, max(smallest, round(min(rung.width, rung.height) * BURNED_SIZE)))
    settings: dict[str, Any] = {
        "Alignment": "CENTERED",
        "BackgroundColor": "NONE",
        "FontColor": "WHITE",
        "FontOpacity": 255,
        "FontSize": size,
        "OutlineColor": "BLACK",
        "OutlineSize": min(MOST_OUTLINE, max(1, round(size / OUTLINE_SHARE))),
        "StylePassthrough": "DISABLED",
        "TeletextSpacing": "PROPORTIONAL",
    }
    script = font_script(caption.language)
    if script is not None:
        settings["FontScript"] = script
    return {
        "CaptionSelectorName": selector_name(index),
        **drawing_fields(caption.language),
        "DestinationSettings": {"DestinationType": "BURN_IN", "BurninDestinationSettings": settings},
    }
