import models


async def forget_upload_objects(upload: models.Upload) -> None:
    """Note, in the caller's transaction, that all of an upload's objects and sent parts are to be removed."""
    folder = upload.source_key.rpartition("/")[0] + "/"
    await models.StorageDeletion.create(prefix=folder)
    if upload.multipart_id is not None:
        await models.StorageDeletion.create(prefix=upload.source_key, multipart_id=upload.multipart_id)
