"""The renderer of the fidelity tests, and a browser."""

import os
import sys
from pathlib import Path

import pytest

from tests.browser.browser import prepare
from tests.embedded.mediaconvert.conftest import events, listener, mediaconvert, renderer, s3

__all__ = ["events", "listener", "mediaconvert", "renderer", "s3"]


@pytest.fixture(scope="session")
def browser() -> None:
    """node and npm come out of a wheel, into the folder of this Python."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    prepare()
