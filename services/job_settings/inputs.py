"""The inputs of a job: the title page, when there is one, then the kept part of the upload with its texts."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from services.job_settings.asset_names import TITLE_NAME, lower_third_name
from services.job_settings.audio_settings import AUDIO_SELECTOR, is_silent, upload_selector
from services.job_settings.frame_timing import frame_at, input_rate, output_rate, timecode
from services.job_settings.programme_timeline import kept_ranges
from services.job_settings.render_refs import OverlayPlacement, RenderRefs
from services.job_settings.rendition_ladder import display_size
from services.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig, TitlePage

# The service's pattern for an overlay's start allows no frame number above 59.
HIGHEST_OVERLAY_FRAME = 59


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
                _insertable(
                    overlay,
                    render,
                    layer=0,
                    start=timecode(0, rate),
                    shown_ms=title.duration_ms,
                    fades_ms=(title.fade_in_ms, title.fade_out_ms),
                )
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
    clippings = _clippings(config, media)
    if clippings:
        upload["InputClippings"] = clippings
    images = [
        _lower_third(lower_third, overlays[lower_third_name(index)], render, index + 1, input_rate(media))
        for index, lower_third in enumerate(config.lower_thirds)
    ]
    if images:
        upload["ImageInserter"] = {"InsertableImages": images}
    return upload


def _clippings(config: ProductionConfig, media: ProbedMedia) -> list[dict[str, str]]:
    """Start and end timecode of each kept part, whose end frame is itself included; none when all is kept."""
    ranges = kept_ranges(config, media)
    if ranges == ((0, media.duration_ms),):
        return []
    rate = input_rate(media)
    return [_clipping(start, end, media, rate) for start, end in ranges]


def _clipping(start: int, end: int, media: ProbedMedia, rate: Fraction) -> dict[str, str]:
    """An end left open is the upload's own; the service wants at least one of the two."""
    clipping = {}
    if end < media.duration_ms:
        clipping["EndTimecode"] = timecode(max(0, frame_at(end, rate) - 1), rate)
    if start > 0 or not clipping:
        clipping["StartTimecode"] = timecode(frame_at(start, rate), rate)
    return clipping


def _lower_third(
    lower_third: LowerThird, overlay: OverlayPlacement, render: RenderRefs, layer: int, rate: Fraction
) -> dict[str, Any]:
    start = timecode(frame_at(lower_third.start_ms, rate), rate, HIGHEST_OVERLAY_FRAME)
    shown_ms = lower_third.end_ms - lower_third.start_ms
    fades_ms = (lower_third.fade_in_ms, lower_third.fade_out_ms)
    return _insertable(overlay, render, layer=layer, start=start, shown_ms=shown_ms, fades_ms=fades_ms)


def _insertable(
    overlay: OverlayPlacement,
    render: RenderRefs,
    *,
    layer: int,
    start: str,
    shown_ms: int,
    fades_ms: tuple[int, int],
) -> dict[str, Any]:
    """`Duration` holds the fade-in but not the fade-out, so that one is taken off. A fade takes half of the
    time shown at most."""
    fade_in, fade_out = (min(fade, shown_ms // 2) for fade in fades_ms)
    return {
        "ImageInserterInput": render.asset_uri(overlay.name),
        "StartTime": start,
        "Duration": shown_ms - fade_out,
        "FadeIn": fade_in,
        "FadeOut": fade_out,
        "ImageX": overlay.x,
        "ImageY": overlay.y,
        "Width": overlay.width,
        "Height": overlay.height,
        "Layer": layer,
        # The service's default is 50.
        "Opacity": 100,
    }
