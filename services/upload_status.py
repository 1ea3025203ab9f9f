"""The one writer of an upload's status: the row and its line in the event log change together."""

import models
from models.statuses import StatusEventKind, UploadStatus


async def write_upload_status(
    upload: models.Upload, status: UploadStatus, *, cause: str, **changes: object
) -> None:
    """Move an upload, or begin a new one, and change what else the transition changes of it.

    The caller holds the upload's lock (services/rows/lock_upload.py) inside a transaction, so sequences
    follow commit order; nobody else knows of a new one.
    """
    previous: UploadStatus | None = upload.status if upload.sequence else None
    upload.update_from_dict({**changes, "status": status, "sequence": upload.sequence + 1})
    await upload.save()
    await models.StatusEvent.create(
        kind=StatusEventKind.UPLOAD_STATUS,
        subject_id=upload.id,
        sequence=upload.sequence,
        data={"previousStatus": previous, "status": status, "cause": cause},
    )
