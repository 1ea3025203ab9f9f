"""Pins what pyproject.toml asks for, with hashes and without addresses. Needs `uv` on the PATH."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLAGS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
]


def pin(output: str, *extra: str) -> None:
    command = ["uv", "pip", "compile", "pyproject.toml", *FLAGS, *extra, "-o", output]
    subprocess.run(command, cwd=ROOT, check=True)


pin("requirements/run.txt")
pin("requirements/dev.txt", "--extra=dev", "--constraints=requirements/run.txt")
