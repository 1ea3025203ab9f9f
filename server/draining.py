import asyncio


class Draining:
    """Whether this process was told to stop: it finishes what it has, and new work should go elsewhere."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        """Idempotent."""
        self._begun.set()

    async def begun(self) -> None:
        """Wait until the process is told to stop."""
        await self._begun.wait()
