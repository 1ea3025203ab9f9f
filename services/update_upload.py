from enum import StrEnum
from functools import lru_cache
from typing import NoReturn
from uuid import UUID

from tortoise import connections, timezone

import models
from services.create_upload import MAX_TITLE
from services.errors import Unauthenticated, refuse
from services.policy import visible_uploads
from services.rows.returned_row import MOST_STATEMENTS, Columns, returned_row, returning
from services.rows.visible_rows import visible_row
from services.viewer import Viewer


class UpdateUploadErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    TITLE_INVALID = "TITLE_INVALID"


async def update_upload(
    *, viewer: Viewer, upload_id: UUID, title: str, columns: Columns = None
) -> models.Upload:
    """Rename an upload; its productions keep the titles they have. The row has these columns."""
    if viewer.user_id is None:
        raise Unauthenticated
    new_title = title.strip()
    if not 1 <= len(new_title) <= MAX_TITLE:
        if await visible_row(viewer, models.Upload, upload_id) is None:
            _refuse_unknown()
        message = f"A title has 1 to {MAX_TITLE} characters."
        raise refuse(UpdateUploadErrorCode.TITLE_INVALID, message, "input", "title")
    # No status is written, so none of its writers need to be kept out: one statement is whole by itself.
    found = await connections.get("default").execute_query_dict(
        _renaming(columns), [new_title, timezone.localtime(), viewer.user_id, upload_id]
    )
    if not found:
        _refuse_unknown()
    return returned_row(models.Upload, columns, found[0])


def _refuse_unknown() -> NoReturn:
    raise refuse(UpdateUploadErrorCode.UPLOAD_NOT_FOUND, "There is no such upload.", "input", "uploadId")


@lru_cache(MOST_STATEMENTS)
def _renaming(columns: Columns) -> str:
    """Made once: Tortoise takes longer to word a statement than PostgreSQL to carry it out. The values in it
    only stand for others."""
    somebodys = models.Upload.filter(visible_uploads(Viewer(UUID(int=0))), id=UUID(int=0))
    renamed = somebodys.update(title="", updated_at=timezone.localtime())
    return renamed.sql() + returning(models.Upload, columns)
