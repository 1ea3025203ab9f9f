from datetime import timedelta

import models

LAST_BYTES = timedelta(hours=1)
"""S3 asks whether a form has expired when its sending begins, not when it ends."""


async def forget_upload_objects(upload: models.Upload) -> None:
    """Note, in the caller's transaction, that all of an upload's objects and sent parts are to be removed.

    A form cannot be taken back, so its folder is looked through once more when nobody can send by it.
    """
    folder = upload.source_key.rpartition("/")[0] + "/"
    await models.StorageDeletion.create(prefix=folder)
    if upload.multipart_id is not None:
        await models.StorageDeletion.create(prefix=upload.source_key, multipart_id=upload.multipart_id)
    else:
        await models.StorageDeletion.create(prefix=folder, leased_until=upload.expires_at + LAST_BYTES)
