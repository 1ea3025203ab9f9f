"""The code of docs/clients.md as files, so that what runs is what is told."""

import os
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
FOLDER = Path(__file__).parent / "page"
# The info string of a fence: a language, and the file's name.
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = {"js", "python"}


def blocks() -> dict[str, str]:
    """Each block of code by its file's name."""
    return {name: code for language, name, code in BLOCK.findall(PAGE.read_text()) if language in CODE}


def write_blocks() -> None:
    """Whole files at any moment: other processes of the tests write the same ones."""
    FOLDER.mkdir(exist_ok=True)
    for name, code in blocks().items():
        unfinished = FOLDER / f".{name}.{os.getpid()}"
        unfinished.write_text(code)
        unfinished.rename(FOLDER / name)
