import models
from planner.declared import one
from schema.context import Info
from schema.viewer import Viewer


@one(is_viewer=True)
async def viewer(info: Info) -> Viewer | None:
    user_id = info.context.viewer.user_id
    if user_id is None:
        return None
    row: models.User = await info.context.loaders.user.load(user_id)
    return Viewer.from_row(row)
