"""The engine in this process on the worker's S3: a job in, its files out."""

from pathlib import Path
from typing import Any

import pytest

from embedded.mediaconvert.storage import Storage
from tests.embedded.mediaconvert.rendering.studio import Studio


@pytest.fixture
async def studio(s3: Any, tmp_path: Path) -> Studio:
    return Studio(s3, Storage(s3), tmp_path)
