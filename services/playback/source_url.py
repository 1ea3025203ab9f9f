import models
from models.statuses import UploadStatus
from services.gateways.object_storage import ObjectStorage
from services.gateways.public_url import public_url

SECONDS = 3600


async def source_url(
    *, upload: models.Upload, storage: ObjectStorage, storage_base: str | None
) -> str | None:
    """The file's URL for an hour, named as its owner named it; None unless READY."""
    if upload.status is not UploadStatus.READY:
        return None
    url = await storage.presign_get(upload.source_key, seconds=SECONDS, filename=upload.filename)
    return public_url(url, storage_base)


async def poster_url(
    *, upload: models.Upload, storage: ObjectStorage, storage_base: str | None
) -> str | None:
    """The poster's URL for an hour; None where there is none yet."""
    if upload.poster_key is None:
        return None
    return public_url(await storage.presign_get(upload.poster_key, seconds=SECONDS), storage_base)
