"""What a config would render, what it would cost and how long it would take, without rendering it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from tortoise.transactions import in_transaction

import models
from services.config_images import config_images
from services.create_production import CreateProductionErrorCode, creation_errors, hold_video
from services.errors import Refused, Unauthenticated, UserError
from services.estimates.estimate_render import RenderEstimate, estimate_render
from services.estimates.price_book import PriceBook
from services.estimates.render_pace import RenderPace, recent_pace
from services.gateways.object_storage import ObjectStorage
from services.job_settings.frame_timing import output_rate
from services.job_settings.programme_timeline import kept_ranges, programme_duration_ms, title_page_ms
from services.job_settings.rendition_ladder import Rung, rendition_ladder
from services.media.probed_media import ProbedMedia
from services.overlays import OverlayImage, draw_overlays
from services.preview_warnings import PreviewWarning, preview_warnings
from services.production_config import LowerThird, ProductionConfig
from services.viewer import Viewer

Showing = tuple[int, int]

# One user's drawings wait for each other: many at once would take the processors from everybody else.
_drawing: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True)
class ShownOverlay:
    """A drawn text, and each time it is on the finished programme: from when to when, in ms."""

    image: OverlayImage
    showings: tuple[Showing, ...]


@dataclass(frozen=True)
class ProductionPreview:
    title_page: ShownOverlay | None
    lower_thirds: tuple[ShownOverlay, ...]
    duration_ms: int
    ladder: tuple[Rung, ...]
    frame_rate: float
    warnings: tuple[PreviewWarning, ...]
    estimate: RenderEstimate


async def production_preview(
    *,
    viewer: Viewer,
    storage: ObjectStorage,
    prices: PriceBook,
    usual_pace: RenderPace,
    upload_id: UUID,
    config: ProductionConfig,
) -> ProductionPreview:
    """The very pixels and the very job that `create_production` would have rendered; nothing is kept or sent.

    Raises Refused with the errors of `create_production`.
    """
    upload = await _previewed_upload(viewer, upload_id, config)
    media = ProbedMedia.from_json(upload.media or {})
    async with _drawing.setdefault(upload.owner_id, asyncio.Lock()):
        images = await _title_images(config, upload, storage)
        overlays = await asyncio.to_thread(draw_overlays, config, media, images)
    pace = await recent_pace(usual_pace)
    rate = output_rate(media)
    ladder = rendition_ladder(media, config.outputs.max_height, rate)
    lower_thirds = overlays[len(overlays) - len(config.lower_thirds) :]
    return ProductionPreview(
        title_page=ShownOverlay(overlays[0], ((0, title_page_ms(config)),)) if config.title_page else None,
        lower_thirds=tuple(
            ShownOverlay(image, showings(lower_third, config, media))
            for lower_third, image in zip(config.lower_thirds, lower_thirds, strict=True)
        ),
        duration_ms=programme_duration_ms(config, media),
        ladder=ladder,
        frame_rate=float(rate),
        warnings=tuple(preview_warnings(config, media, ladder, overlays, images)),
        estimate=estimate_render(config, media, prices, pace),
    )


def showings(lower_third: LowerThird, config: ProductionConfig, media: ProbedMedia) -> tuple[Showing, ...]:
    """Each time a text is on the finished programme: in every kept part that holds it whole."""
    found = []
    before = title_page_ms(config)
    for start, end in kept_ranges(config, media):
        if start <= lower_third.start_ms and lower_third.end_ms <= end:
            shift = before - start
            found.append((lower_third.start_ms + shift, lower_third.end_ms + shift))
        before += end - start
    return tuple(found)


async def _title_images(
    config: ProductionConfig, upload: models.Upload, storage: ObjectStorage
) -> Mapping[UUID, bytes]:
    """Raises Refused for one that was deleted since it was validated, or whose file is gone."""
    images = await config_images(config, upload.owner_id, storage)
    gone = [path for id, path in config.referenced_uploads() if "titlePage" in path and id not in images]
    if gone:
        code, message = CreateProductionErrorCode.CONFIG_INVALID, "The image is no longer there."
        raise Refused(*(UserError(code, message, ("input", *path)) for path in gone))
    return images


async def _previewed_upload(viewer: Viewer, upload_id: UUID, config: ProductionConfig) -> models.Upload:
    if viewer.user_id is None:
        raise Unauthenticated
    async with in_transaction():
        upload = await hold_video(viewer, upload_id)
        errors = await creation_errors(viewer, config, upload)
    if errors:
        raise Refused(*errors)
    return upload
