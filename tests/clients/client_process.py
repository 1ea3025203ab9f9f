"""A client as a process of its own, that prints what it is told."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE_SECONDS

FOLDER = Path(__file__).parent
PROGRAMS = {".mjs": "node", ".py": sys.executable}


class ClientProcess:
    """`lines` are what it printed: each names the watch it is about."""

    def __init__(self, driver: str, process: asyncio.subprocess.Process) -> None:
        self.driver = driver
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(json.loads(line))

    async def has_ended(self) -> None:
        """Wait for one that ends by itself."""
        await asyncio.wait_for(self._listening, PATIENCE_SECONDS)

    async def end(self) -> None:
        """The wheel's `node` is a parent of the real one, whom a signal would not reach."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()
        await self._listening

    def told(self, watch: str, what: str = "event") -> list[Any]:
        return [line[what] for line in self.lines if line["watch"] == watch and what in line]


@asynccontextmanager
async def client_process(driver: str, config: dict[str, Any]) -> AsyncIterator[ClientProcess]:
    program = PROGRAMS[Path(driver).suffix]
    process = await asyncio.create_subprocess_exec(
        program,
        driver,
        json.dumps(config),
        cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    client = ClientProcess(driver, process)
    try:
        yield client
    finally:
        await client.end()


@asynccontextmanager
async def client_processes(
    drivers: list[str], config: dict[str, Any]
) -> AsyncIterator[dict[str, ClientProcess]]:
    async with AsyncExitStack() as open_ones:
        yield {
            driver: await open_ones.enter_async_context(client_process(driver, config)) for driver in drivers
        }
