"""A folder for large files of one piece of work, removed with it; what a killed process left, by the next."""

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir, mkdtemp

PREFIX = "airdate-scratch-"
# Between a folder's making and its locking it looks like one that was left.
LEAST_AGE_SECONDS = 60.0


@asynccontextmanager
async def scratch_folder() -> AsyncIterator[Path]:
    """Locked while it is in use (flock, which ends with the process, however that ends)."""
    folder, lock = await asyncio.to_thread(_make)
    try:
        yield folder
    finally:
        await asyncio.to_thread(_remove, folder, lock)


def _make() -> tuple[Path, int]:
    _remove_left()
    folder = Path(mkdtemp(prefix=PREFIX))
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _remove_left() -> None:
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY)
        except OSError:
            # Removed meanwhile, or another user's.
            continue
        try:
            if os.fstat(lock).st_mtime < time.time() - LEAST_AGE_SECONDS:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
