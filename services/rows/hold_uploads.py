from collections.abc import Collection, Mapping
from uuid import UUID

from tortoise import connections

import models
from services.policy import visible_uploads
from services.viewer import Viewer


async def hold_uploads(viewer: Viewer, ids: Collection[UUID]) -> Mapping[UUID, models.Upload]:
    """The viewer's uploads among these, by id; nobody can change or delete them until the transaction ends.

    Locked FOR SHARE, which Tortoise does not know: FOR UPDATE would make productions of one upload, or with
    one logo, wait for each other, and two that use each other's uploads wait for ever.
    """
    if not ids:
        return {}
    statement = "SELECT id FROM uploads WHERE id = ANY($1) ORDER BY id FOR SHARE"
    await connections.get("default").execute_query(statement, [list(ids)])
    held = await models.Upload.filter(visible_uploads(viewer), id__in=list(ids))
    return {upload.id: upload for upload in held}
