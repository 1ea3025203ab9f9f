"""Finding the production that an operation of its owner is about."""

from enum import Enum
from uuid import UUID

import models
from services.errors import Refused, UserError
from services.policy import visible_productions
from services.rows.lock_production import lock_production
from services.viewer import Viewer


async def lock_owned_production(
    *, viewer: Viewer, production_id: UUID, not_found: Enum, path: tuple[str, ...]
) -> models.Production:
    """The row, locked until the transaction ends. Raises Refused(not_found) for one that is not the viewer's:
    only owners change productions, and one that a stranger may watch is to them as if it did not exist."""
    production = await lock_production(
        models.Production.filter(visible_productions(viewer), owner_id=viewer.user_id), production_id
    )
    if production is None:
        raise Refused(UserError(not_found, "There is no such production of yours.", path))
    return production
