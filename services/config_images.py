"""The bytes of the images a title page shows, out of storage, for the render and the preview alike."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import models
from models.statuses import UploadKind
from services.gateways.object_storage import ObjectStorage
from services.limits import MIB
from services.production_config import ProductionConfig
from services.recently_used import RecentlyUsed

# An object never changes under its key, so nothing here is ever out of date.
_kept: RecentlyUsed[bytes] = RecentlyUsed(64 * MIB, len)


async def config_images(
    config: ProductionConfig, owner_id: UUID, storage: ObjectStorage
) -> Mapping[UUID, bytes]:
    """Image file by upload id: an IMAGE upload's own file, or a VIDEO upload's poster.

    Left out are uploads of others, what has no picture, and what is no longer there.
    """
    page = config.title_page
    wanted = {page.background_upload_id, page.logo_upload_id} - {None} if page else set()
    if not wanted:
        return {}
    uploads = await models.Upload.filter(id__in=wanted, owner_id=owner_id)
    keys = {upload.id: key for upload in uploads if (key := _picture_key(upload))}
    images = await asyncio.gather(*(_image(storage, key) for key in keys.values()))
    found = zip(keys, images, strict=True)
    return {upload_id: image for upload_id, image in found if image is not None}


def _picture_key(upload: models.Upload) -> str | None:
    if upload.kind is UploadKind.IMAGE:
        return upload.source_key
    return upload.poster_key


async def _image(storage: ObjectStorage, key: str) -> bytes | None:
    uri = storage.uri(key)
    image = _kept.get(uri)
    if image is None:
        image = await storage.get(key)
        if image is not None:
            _kept.put(uri, image)
    return image
