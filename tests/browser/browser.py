"""The browser of the tests: installed once by npm, run as a process that prints what a page found out."""

import asyncio
import fcntl
import json
import os
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
UNPACKED = FOLDER / ".chromium"
PATIENCE_SECONDS = 120


def prepare() -> None:
    """npm's packages as the lock file names them, and Chromium unpacked; by one process at a time."""
    lock = FOLDER / "package-lock.json"
    UNPACKED.mkdir(exist_ok=True)
    with (UNPACKED / "lock").open("w") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        done = UNPACKED / "package-lock.json"
        if done.exists() and done.read_bytes() == lock.read_bytes():
            return
        run = {"cwd": FOLDER, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run(["npm", "ci", "--no-progress", "--loglevel=error"], **run)  # type: ignore[call-overload]
        for old in UNPACKED.glob("chromium"):
            old.unlink()
        subprocess.run(["node", "unpack.mjs"], env=environment(), **run)  # type: ignore[call-overload]
        done.write_bytes(lock.read_bytes())


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
