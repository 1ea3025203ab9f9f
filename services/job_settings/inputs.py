"""The inputs of a job: the title page, when there is one, then the kept part of the upload with its texts."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from services.job_settings.asset_names import TITLE_NAME, lower_third_name
from services.job_settings.audio_settings import title_selectors, upload_selectors
from services.job_settings.caption_settings import title_caption_selectors, upload_caption_selectors
from services.job_settings.clip_runs import Run, clip_runs, input_clippings
from services.job_settings.frame_timing import frame_at, input_rate, output_rate, timecode
from services.job_settings.render_refs import OverlayPlacement, RenderRefs
from services.job_settings.rendition_ladder import display_size
from services.media.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig, TitlePage

# The service's pattern for an overlay's start allows no frame number above 59.
HIGHEST_OVERLAY_FRAME = 59


def job_inputs(
    config: ProductionConfig,
    media: ProbedMedia,
    render: RenderRefs,
    overlays: Mapping[str, OverlayPlacement],
) -> list[dict[str, Any]]:
    """The title page, if any, then the upload, as often as its kept parts need; each counts its own time
    from zero."""
    inputs = []
    if config.title_page:
        inputs.append(_title_input(config.title_page, config, media, render, overlays[TITLE_NAME]))
    for index, run in enumerate(clip_runs(config, media)):
        audio = upload_selectors(config.audio, media, render, index)
        inputs.append(_upload_input(run, audio, config, media, render, overlays))
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
    page = _insertable(
        overlay,
        render,
        layer=0,
        start=timecode(0, rate),
        shown_ms=title.duration_ms,
        fades_ms=(title.fade_in_ms, title.fade_out_ms),
    )
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
        "ImageInserter": {"InsertableImages": [page]},
    }
    audio = title_selectors(config.audio, media, render)
    return generated | _selectors(audio, title_caption_selectors(config.captions))


def _upload_input(
    run: Run,
    audio: dict[str, Any],
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
        "VideoSelector": {"Rotate": rotation(media), "ColorSpace": "FOLLOW", "SampleRange": "FOLLOW"},
    }
    upload |= _selectors(audio, upload_caption_selectors(config.captions, render))
    clippings = input_clippings(run, media)
    if clippings:
        upload["InputClippings"] = clippings
    images = [
        _lower_third(lower_third, overlays[lower_third_name(index)], render, index + 1, input_rate(media))
        for index, lower_third in enumerate(config.lower_thirds)
        if is_shown(lower_third, run)
    ]
    if images:
        upload["ImageInserter"] = {"InsertableImages": images}
    return upload


def rotation(media: ProbedMedia) -> str:
    """How the picture is turned upright: by the service itself where it looks for the metadata, in MOV and
    MP4 (User Guide, "automatic rotation"), else by us."""
    if media.rotation == 0 or "mp4" in media.container.split(","):
        return "AUTO"
    return f"DEGREES_{media.rotation}"


def is_shown(lower_third: LowerThird, run: Run) -> bool:
    """Whether one of the run's parts shows the whole text: over a cut it would jump."""
    return any(start <= lower_third.start_ms and lower_third.end_ms <= end for start, end in run)


def _selectors(audio: dict[str, Any], captions: dict[str, Any]) -> dict[str, Any]:
    selectors = {"AudioSelectors": audio, "CaptionSelectors": captions}
    return {name: chosen for name, chosen in selectors.items() if chosen}


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
