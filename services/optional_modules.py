"""Modules that a library imports where they are installed, for what nobody here asks of it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without(name: str) -> Iterator[None]:
    """Whoever imports it inside finds that it is not installed, which None says in `sys.modules`; afterwards
    it may be imported. Where it has been already, it is found."""
    modules: dict[str, Any] = sys.modules
    if name in modules:
        yield
        return
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
