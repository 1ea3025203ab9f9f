"""What a config would render, what it would cost and how long it would take, without rendering it."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import models
from models.statuses import UploadStatus
from services.config_images import config_images
from services.create_production import config_errors
from services.errors import Refused, Unauthenticated, refuse
from services.estimate_render import RenderEstimate, estimate_render
from services.gateways.object_storage import ObjectStorage
from services.job_settings.frame_timing import output_rate
from services.job_settings.programme_timeline import kept_ranges, programme_duration_ms, title_page_ms
from services.job_settings.rendition_ladder import Rung, rendition_ladder
from services.overlays import OverlayImage, draw_overlays
from services.policy import visible_uploads
from services.preview_warnings import PreviewWarning, preview_warnings
from services.price_book import PriceBook
from services.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig
from services.render_pace import RenderPace, recent_pace
from services.viewer import Viewer


class ProductionPreviewErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    UPLOAD_NOT_READY = "UPLOAD_NOT_READY"
    CONFIG_INVALID = "CONFIG_INVALID"


@dataclass(frozen=True)
class ShownOverlay:
    """A drawn text, and from when to when it is on the finished programme, in ms."""

    image: OverlayImage
    start_ms: int
    end_ms: int


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
    """The very pixels and the very job that `createProduction` would render; nothing is kept or sent.

    Raises Refused with the same errors as `createProduction`.
    """
    upload = await _ready_upload(viewer, upload_id)
    errors = config_errors(config, upload, ProductionPreviewErrorCode.CONFIG_INVALID)
    if errors:
        raise Refused(*errors)
    media = ProbedMedia.from_json(upload.media or {})
    images = await config_images(config, upload.owner_id, storage)
    overlays, pace = await asyncio.gather(
        asyncio.to_thread(draw_overlays, config, media, images), recent_pace(usual_pace)
    )
    rate = output_rate(media)
    ladder = rendition_ladder(media, config.outputs.max_height, rate)
    lower_thirds = overlays[len(overlays) - len(config.lower_thirds) :]
    return ProductionPreview(
        title_page=ShownOverlay(overlays[0], 0, title_page_ms(config)) if config.title_page else None,
        lower_thirds=tuple(
            ShownOverlay(image, *on_programme(lower_third, config, media))
            for lower_third, image in zip(config.lower_thirds, lower_thirds, strict=True)
        ),
        duration_ms=programme_duration_ms(config, media),
        ladder=ladder,
        frame_rate=float(rate),
        warnings=tuple(preview_warnings(config, media, ladder, overlays, images)),
        estimate=estimate_render(config, media, prices, pace),
    )


def on_programme(lower_third: LowerThird, config: ProductionConfig, media: ProbedMedia) -> tuple[int, int]:
    """From when to when a text is first shown on the finished programme, in ms: after the title page, in the
    first kept part that holds its start."""
    before = title_page_ms(config)
    for start, end in kept_ranges(config, media):
        if start <= lower_third.start_ms < end:
            shift = before - start
            return lower_third.start_ms + shift, min(lower_third.end_ms, end) + shift
        before += end - start
    raise ValueError("the lower third lies outside what is kept")


async def _ready_upload(viewer: Viewer, upload_id: UUID) -> models.Upload:
    if viewer.user_id is None:
        raise Unauthenticated
    codes = ProductionPreviewErrorCode
    upload = await models.Upload.filter(visible_uploads(viewer), id=upload_id).first()
    if upload is None:
        raise refuse(codes.UPLOAD_NOT_FOUND, "There is no such upload.", "input", "uploadId")
    if upload.status is not UploadStatus.READY:
        message = f"The upload is {upload.status}; a production needs one that is READY."
        raise refuse(codes.UPLOAD_NOT_READY, message, "input", "uploadId")
    return upload
