"""The one directory that holds everything the embedded servers keep, locked by who runs them."""

import fcntl
import os
import secrets
from pathlib import Path

from embedded.errors import EmbeddedError

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600


class DataDirectory:
    """`path` holds `logs/`, `run/` (pid files), `secrets/` and a directory for each server, all private."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: int | None = None

    @property
    def logs(self) -> Path:
        return self.folder("logs")

    @property
    def run(self) -> Path:
        return self.folder("run")

    def folder(self, name: str) -> Path:
        """The directory `name` in here, made when it is missing."""
        path = self.path / name
        for folder in (self.path, path):
            folder.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        return path

    def lock(self) -> None:
        """Hold this directory until `unlock` or the end of this process. EmbeddedError when another holds it.

        The descriptor is not inherited, so children that outlive a killed holder do not keep the lock.
        """
        if self._lock is not None:
            return
        try:
            self.path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as error:
            raise EmbeddedError(f"cannot use {self.path} as data directory: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise EmbeddedError(f"{self.path} is in use by another airdate: stop that one first") from error
        self._lock = descriptor

    def unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def secret(self, name: str, *, length: int = 40) -> str:
        """`length` random hexadecimal digits, the same ever after: `secrets/<name>`, mode 600."""
        path = self.folder("secrets") / name
        if not path.exists():
            write_private(path, secrets.token_hex(length // 2))
        return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all, readable by its owner only."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
