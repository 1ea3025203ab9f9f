"""What an editor may want to know of a config that can be rendered, but not quite as they may think."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from uuid import UUID

from services.job_settings.config_warnings import ConfigWarningCode, config_warnings
from services.job_settings.frame_timing import output_rate
from services.job_settings.rendition_ladder import Rung, display_size
from services.media.probed_media import ProbedMedia
from services.overlays import OverlayImage, image_size
from services.overlays.printable_text import printable_text
from services.production_config import ProductionConfig, TitlePage

# Letters this much smaller than designed look like a mistake.
SHRUNK = 0.7
# ISO 9241-303: letters of less than 16 arc minutes tire; that is about 12 of 720 lines on a television.
SMALLEST_LETTERS = 12
# Subtitle guidelines (BBC, Netflix) end at 17 to 20 characters a second.
CHARACTERS_A_SECOND = 20
ENLARGED = 1.5

Path = tuple[str, ...]


class PreviewWarningCode(StrEnum):
    CHARACTER_NOT_DRAWN = "CHARACTER_NOT_DRAWN"
    TEXT_SHRUNK = "TEXT_SHRUNK"
    TEXT_SMALL = "TEXT_SMALL"
    TEXT_TOO_BRIEF = "TEXT_TOO_BRIEF"
    IMAGE_ENLARGED = "IMAGE_ENLARGED"
    NO_SOUND = "NO_SOUND"
    SOURCE_SMALLER = "SOURCE_SMALLER"
    HDR_CONVERTED = "HDR_CONVERTED"
    FRAME_RATE_CHANGED = "FRAME_RATE_CHANGED"
    # Those of the job's settings.
    FADES_SHORTENED = ConfigWarningCode.FADES_SHORTENED
    NO_PROGRESS = ConfigWarningCode.NO_PROGRESS
    NOTHING_TO_NORMALIZE = ConfigWarningCode.NOTHING_TO_NORMALIZE
    MAY_DISTORT = ConfigWarningCode.MAY_DISTORT
    CAPTIONS_OVER_TEXT = ConfigWarningCode.CAPTIONS_OVER_TEXT


@dataclass(frozen=True)
class PreviewWarning:
    """`path` leads to the field in GraphQL's names, from "input" on."""

    code: PreviewWarningCode
    message: str
    path: Path


@dataclass(frozen=True)
class _ShownText:
    """One text as it is shown: where it comes from, for how long, and how it was drawn."""

    path: Path
    texts: dict[str, str | None]
    shown_ms: int
    drawn: OverlayImage


def preview_warnings(
    config: ProductionConfig,
    media: ProbedMedia,
    ladder: Sequence[Rung],
    overlays: Sequence[OverlayImage],
    images: Mapping[UUID, bytes],
) -> list[PreviewWarning]:
    """Warnings for a valid config; `overlays` are what was drawn for it, in their order."""
    texts = list(_shown_texts(config, overlays))
    return [
        *chain.from_iterable(_text_warnings(text, media, ladder) for text in texts),
        *_image_warnings(config.title_page, media, images),
        *_settings_warnings(config, media),
        *_sound_warnings(config, media),
        *_output_warnings(config, media),
        *_source_warnings(media),
    ]


def _shown_texts(config: ProductionConfig, overlays: Sequence[OverlayImage]) -> Iterator[_ShownText]:
    drawn = iter(overlays)
    page = config.title_page
    if page:
        texts = {"title": page.title, "subtitle": page.subtitle}
        yield _ShownText(("input", "config", "titlePage"), texts, page.duration_ms, next(drawn))
    for index, third in enumerate(config.lower_thirds):
        path = ("input", "config", "lowerThirds", str(index))
        texts = {"text": third.text, "subtext": third.subtext}
        yield _ShownText(path, texts, third.end_ms - third.start_ms, next(drawn))


def _text_warnings(text: _ShownText, media: ProbedMedia, ladder: Sequence[Rung]) -> Iterator[PreviewWarning]:
    codes = PreviewWarningCode
    for field, value in text.texts.items():
        for warning in printable_text(value or "").warnings:
            yield PreviewWarning(codes.CHARACTER_NOT_DRAWN, warning, (*text.path, field))
    if text.drawn.shrunk_to < SHRUNK:
        left = round(text.drawn.shrunk_to * 100)
        message = f"The text is long: its letters are drawn at {left} % of their usual size."
        yield PreviewWarning(codes.TEXT_SHRUNK, message, text.path)
    largest = ladder[0]
    letters = text.drawn.text_size * min(largest.width, largest.height) / min(display_size(media))
    if letters < SMALLEST_LETTERS:
        message = (
            f"Its letters are {letters:.0f} pixels high in the largest rendition, too small to read well."
        )
        yield PreviewWarning(codes.TEXT_SMALL, message, text.path)
    yield from _time_warnings(text)


def _time_warnings(text: _ShownText) -> Iterator[PreviewWarning]:
    characters = sum(len(value or "") for value in text.texts.values())
    needed_ms = round(characters / CHARACTERS_A_SECOND * 1000)
    if text.shown_ms < needed_ms:
        message = f"It is shown for {text.shown_ms} ms; reading it takes about {needed_ms} ms."
        yield PreviewWarning(PreviewWarningCode.TEXT_TOO_BRIEF, message, text.path)


def _image_warnings(
    page: TitlePage | None, media: ProbedMedia, images: Mapping[UUID, bytes]
) -> Iterator[PreviewWarning]:
    if page is None or page.background_upload_id is None:
        return
    frame, own = display_size(media), image_size(images[page.background_upload_id])
    enlarged = max(frame[0] / own[0], frame[1] / own[1])
    if enlarged > ENLARGED:
        message = (
            f"The image of {own[0]}x{own[1]} pixels is enlarged {enlarged:.1f} times and will look soft."
        )
        path = ("input", "config", "titlePage", "backgroundUploadId")
        yield PreviewWarning(PreviewWarningCode.IMAGE_ENLARGED, message, path)


def _settings_warnings(config: ProductionConfig, media: ProbedMedia) -> Iterator[PreviewWarning]:
    for warning in config_warnings(config, media):
        yield PreviewWarning(
            PreviewWarningCode(warning.code.value), warning.message, ("input", *warning.path)
        )


def _sound_warnings(config: ProductionConfig, media: ProbedMedia) -> Iterator[PreviewWarning]:
    if config.audio.gain_db and not media.has_audio:
        message = "The upload has no sound, so its gain changes nothing."
        yield PreviewWarning(PreviewWarningCode.NO_SOUND, message, ("input", "config", "audio", "gainDb"))


def _output_warnings(config: ProductionConfig, media: ProbedMedia) -> Iterator[PreviewWarning]:
    cap, source = config.outputs.max_height, min(media.width, media.height)
    if cap is not None and cap > source:
        message = f"The source has only {source} lines; it is not enlarged."
        path = ("input", "config", "outputs", "maxHeight")
        yield PreviewWarning(PreviewWarningCode.SOURCE_SMALLER, message, path)


def _source_warnings(media: ProbedMedia) -> Iterator[PreviewWarning]:
    path = ("input", "uploadId")
    if media.hdr:
        message = "The source is HDR and is rendered in SDR; bright parts will look a little different."
        yield PreviewWarning(PreviewWarningCode.HDR_CONVERTED, message, path)
    rate = output_rate(media)
    if media.variable_frame_rate or abs(rate - media.frame_rate) > media.frame_rate / 100:
        source = f"{'varying ' if media.variable_frame_rate else ''}{float(media.frame_rate):.4g}"
        message = f"The source's {source} frames/s become {float(rate):.4g} frames/s."
        yield PreviewWarning(PreviewWarningCode.FRAME_RATE_CHANGED, message, path)
