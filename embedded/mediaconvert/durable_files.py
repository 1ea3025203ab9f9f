"""Files that are there whole or not at all, whatever ends this process; and disks that are full."""

import errno
import os
from pathlib import Path

import structlog

log = structlog.get_logger()
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_whole(path: Path, body: bytes) -> None:
    """Replace a file at once. Raises OSError, with what was there before still there."""
    unfinished = path.with_suffix(".tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def set_aside(path: Path, error: Exception) -> None:
    """Keep a file that cannot be read out of the way, for people to look at."""
    log.error("unreadable file set aside", path=str(path), error=str(error))
    path.rename(path.with_suffix(".corrupt"))
