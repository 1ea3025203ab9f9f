"""Makes what a render's job reads besides the upload: texts as pictures, sound with music, clean captions.

Everything lies under `assets/` of the render's own prefix, and the same render always gets the same bytes, so
that an attempt that died is simply made again.
"""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import models
from models.statuses import UploadKind, UploadStatus
from services.captions import CaptionsInvalid, clean_webvtt
from services.config_images import config_images
from services.gateways.object_storage import ObjectStorage
from services.job_settings.asset_names import caption_name
from services.media.probed_media import ProbedMedia
from services.overlays import draw_overlays
from services.overlays.overlay_image import OverlayImage
from services.production_config import ProductionConfig
from services.rendering.render_errors import AssetsFailed

Uploads = Mapping[UUID, models.Upload]


async def prepare_render_assets(
    *,
    render: models.Render,
    upload: models.Upload,
    config: ProductionConfig,
    media: ProbedMedia,
    storage: ObjectStorage,
) -> list[OverlayImage]:
    """Store all of it; the overlays, which the job has to place.

    Raises AssetsFailed for what no second attempt changes; anything else may go better later.
    """
    folder = f"{render.output_prefix}/assets"
    uploads = await _referenced(config, upload.owner_id, storage)
    overlays = await _overlays(config, media, upload.owner_id, storage)
    for overlay in overlays:
        await storage.put(f"{folder}/{overlay.name}", overlay.png, content_type="image/png")
    await _store_captions(config, uploads, folder, storage)
    if config.audio.music is not None:
        # The libraries for sound take 30 MiB, and this module comes along into the API.
        from services.rendering.store_mixed_sound import store_mixed_sound

        music = uploads[config.audio.music.upload_id]
        await store_mixed_sound(
            config=config, media=media, upload=upload, music_upload=music, folder=folder, storage=storage
        )
    return overlays


async def _referenced(config: ProductionConfig, owner_id: UUID, storage: ObjectStorage) -> Uploads:
    """Every other upload of the config, its file there; of the same owner, whatever the row's id says."""
    wanted = {upload_id for upload_id, _ in config.referenced_uploads()}
    rows = await models.Upload.filter(id__in=wanted, owner_id=owner_id, status=UploadStatus.READY)
    found = {row.id: row for row in rows}
    for upload_id, path in config.referenced_uploads():
        row = found.get(upload_id)
        key = _file_used(row, path[-1]) if row else None
        if key is None or await storage.head(key) is None:
            name = f"“{row.title}”" if row else "An upload"
            raise AssetsFailed("ASSET_MISSING", f"{name} (at {'.'.join(path)}) is no longer there.")
    return found


def _file_used(row: models.Upload, field: str) -> str | None:
    """A video lends its poster as a background."""
    is_picture = field in {"backgroundUploadId", "logoUploadId"}
    return row.poster_key if is_picture and row.kind is not UploadKind.IMAGE else row.source_key


async def _overlays(
    config: ProductionConfig, media: ProbedMedia, owner_id: UUID, storage: ObjectStorage
) -> list[OverlayImage]:
    images = await config_images(config, owner_id, storage)
    try:
        return await asyncio.to_thread(draw_overlays, config, media, images)
    except OSError as error:
        message = "An image of the title page cannot be read."
        raise AssetsFailed("ASSET_UNREADABLE", message) from error


async def _store_captions(
    config: ProductionConfig, uploads: Uploads, folder: str, storage: ObjectStorage
) -> None:
    for index, caption in enumerate(config.captions):
        upload = uploads[caption.upload_id]
        file = await storage.get(upload.source_key)
        if file is None:
            raise AssetsFailed("ASSET_MISSING", f"The captions “{upload.title}” are no longer there.")
        try:
            text = await asyncio.to_thread(clean_webvtt, file)
        except CaptionsInvalid as invalid:
            message = f"The captions “{upload.title}” cannot be read: {invalid}"
            raise AssetsFailed("ASSET_UNREADABLE", message) from invalid
        await storage.put(f"{folder}/{caption_name(index)}", text.encode(), content_type="text/vtt")
