from datetime import timedelta

import models
from services.upload_keys import incoming_key, upload_folder

LAST_BYTES = timedelta(hours=1)
"""S3 asks whether a form has expired when its sending begins, not when it ends."""


async def forget_upload_objects(upload: models.Upload) -> None:
    """Note, in the caller's transaction, that all of an upload's objects and sent parts are to be removed."""
    await _forget(upload, upload_folder(upload))
    if upload.multipart_id is not None:
        await models.StorageDeletion.create(prefix=upload.source_key, multipart_id=upload.multipart_id)


async def forget_incoming_objects(upload: models.Upload) -> None:
    """The same of what a form brought and will still bring: a verified upload keeps a copy of its own."""
    if upload.multipart_id is None:
        await _forget(upload, incoming_key(upload))


async def _forget(upload: models.Upload, prefix: str) -> None:
    """A form cannot be taken back, so storage is looked through once more when nobody can send by it."""
    await models.StorageDeletion.create(prefix=prefix)
    if upload.multipart_id is None:
        await models.StorageDeletion.create(prefix=prefix, leased_until=upload.expires_at + LAST_BYTES)
