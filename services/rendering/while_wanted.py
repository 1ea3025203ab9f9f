import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import models
from models.statuses import ProductionStatus
from services.rendering.render_lease import held

LOOK_SECONDS = 2.0
T = TypeVar("T")


async def while_wanted(work: Coroutine[Any, Any, T], *, render: models.Render) -> T | None:
    """The result of long work for a claimed render; None when it was stopped because the render was canceled,
    settled, deleted or taken over meanwhile. Raises whatever the work raises."""
    task = asyncio.ensure_future(work)
    wanted = held(render).filter(status=ProductionStatus.QUEUED, cancel_requested_at=None)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_SECONDS))[0]:
            if not await wanted.exists():
                return None
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
