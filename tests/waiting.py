"""Waiting for what another process or task brings about."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 40


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Asks again and again; fails after so long that a loaded machine is no excuse."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
