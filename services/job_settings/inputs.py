"""The inputs of a job: the title page, when there is one, then the kept part of the upload with its texts."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from services.job_settings.audio_settings import AUDIO_SELECTOR, is_silent, upload_selector
from services.job_settings.frame_timing import frame_at, input_rate, output_rate, timecode
from services.job_settings.programme_timeline import kept_part
from services.job_settings.render_refs import OverlayPlacement, RenderRefs
from services.job_settings.rendition_ladder import display_size
from services.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig, TitlePage

TITLE_FADE_MS = 500
LOWER_THIRD_FADE_MS = 400
TITLE_NAME = "title.png"
# The service's pattern for an overlay's start allows no frame number above 59.
HIGHEST_OVERLAY_FRAME = 59


def lower_third_name(index: int) -> str:
    """Name of the image of the lower third at this 0-based index."""
    return f"lower-third-{index + 1}.png"


def job_inputs(
    config: ProductionConfig,
    media: ProbedMedia,
    render: RenderRefs,
    overlays: Mapping[str, OverlayPlacement],
) -> list[dict[str, Any]]:
    """One or two inputs, the upload last; each counts its own time from zero."""
    inputs = []
    if config.title_page:
        inputs.append(_title_input(config.title_page, config, media, render, overlays[TITLE_NAME]))
    inputs.append(_upload_input(config, media, render, overlays))
    return inputs


def _title_input(
    title: TitlePage,
    config: ProductionConfig,
    media: ProbedMedia,
    render: RenderRefs,
    overlay: OverlayPlacement,
) -> dict[str, Any]:
    width, height = display_size(media)
    rate = output_rate(media)
    generated: dict[str, Any] = {
        "VideoGenerator": {
            "Duration": title.duration_ms,
            "Width": width,
            "Height": height,
            "FramerateNumerator": rate.numerator,
            "FramerateDenominator": rate.denominator,
            "Channels": 2,
            "SampleRate": 48000,
        },
        "TimecodeSource": "ZEROBASED",
        "ImageInserter": {
            "InsertableImages": [
                _insertable(overlay, render, 0, timecode(0, rate), title.duration_ms, TITLE_FADE_MS)
            ]
        },
    }
    if not is_silent(config.audio, media):
        generated["AudioSelectors"] = {AUDIO_SELECTOR: {"DefaultSelection": "DEFAULT"}}
    return generated


def _upload_input(
    config: ProductionConfig,
    media: ProbedMedia,
    render: RenderRefs,
    overlays: Mapping[str, OverlayPlacement],
) -> dict[str, Any]:
    upload: dict[str, Any] = {
        "FileInput": render.source_uri,
        "TimecodeSource": "ZEROBASED",
        "FilterEnable": "AUTO",
        "PsiControl": "USE_PSI",
        "VideoSelector": {"Rotate": "AUTO", "ColorSpace": "FOLLOW", "SampleRange": "FOLLOW"},
    }
    selector = upload_selector(config.audio, media)
    if selector is not None:
        upload["AudioSelectors"] = {AUDIO_SELECTOR: selector}
    clipping = _clipping(config, media)
    if clipping:
        upload["InputClippings"] = [clipping]
    images = [
        _lower_third(lower_third, overlays[lower_third_name(index)], render, index + 1, input_rate(media))
        for index, lower_third in enumerate(config.lower_thirds)
    ]
    if images:
        upload["ImageInserter"] = {"InsertableImages": images}
    return upload


def _clipping(config: ProductionConfig, media: ProbedMedia) -> dict[str, str]:
    """Start and end timecode of the trim; the end frame is itself included. Empty when all is kept."""
    if config.trim is None:
        return {}
    start, end = kept_part(config, media)
    rate = input_rate(media)
    clipping = {}
    if start > 0:
        clipping["StartTimecode"] = timecode(frame_at(start, rate), rate)
    if end < media.duration_ms:
        clipping["EndTimecode"] = timecode(max(0, frame_at(end, rate) - 1), rate)
    return clipping


def _lower_third(
    lower_third: LowerThird, overlay: OverlayPlacement, render: RenderRefs, layer: int, rate: Fraction
) -> dict[str, Any]:
    start = timecode(frame_at(lower_third.start_ms, rate), rate, HIGHEST_OVERLAY_FRAME)
    shown_ms = lower_third.end_ms - lower_third.start_ms
    return _insertable(overlay, render, layer, start, shown_ms, LOWER_THIRD_FADE_MS)


def _insertable(
    overlay: OverlayPlacement, render: RenderRefs, layer: int, start: str, shown_ms: int, fade_ms: int
) -> dict[str, Any]:
    """`Duration` holds the fade-in but not the fade-out, so that one is taken off."""
    fade = min(fade_ms, shown_ms // 4)
    return {
        "ImageInserterInput": render.asset_uri(overlay.name),
        "StartTime": start,
        "Duration": shown_ms - fade,
        "FadeIn": fade,
        "FadeOut": fade,
        "ImageX": overlay.x,
        "ImageY": overlay.y,
        "Width": overlay.width,
        "Height": overlay.height,
        "Layer": layer,
        # The service's default is 50.
        "Opacity": 100,
    }
