"""npm's packages of a folder of tests, as its lock file names them; node and npm come out of a wheel."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def install_packages(folder: Path, then: Callable[[], None] = lambda: None) -> None:
    """Once for each lock file, by one process at a time; `then` is done with the new packages."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    lock, kept = folder / "package-lock.json", folder / ".installed"
    kept.mkdir(exist_ok=True)
    done = kept / "package-lock.json"
    with (kept / "mutex").open("w") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        is_there = (folder / "node_modules").exists() and done.exists()
        if is_there and done.read_bytes() == lock.read_bytes():
            return
        command = ["npm", "ci", "--no-progress", "--loglevel=error"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        then()
        done.write_bytes(lock.read_bytes())
