import asyncio
from typing import Any

ASK_AGAIN_SECONDS = 0.25


async def ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, and return once all are over. Raises what one of them failed with.

    A task may miss that it is cancelled, and is then asked again: before Python 3.12 `asyncio.wait_for`, in
    which redis-py sends every command, forgets it when it has just got its result (issue 86296 of
    python/cpython). Who waits here may be cancelled too, which `suppress(CancelledError)` would hide.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=ASK_AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.result()


def heed_cancellation() -> None:
    """For who goes on after any failure. Raises CancelledError when this task was cancelled: that may have
    come as a failure, of the ROLLBACK on a connection that was lost at the same time, say."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
