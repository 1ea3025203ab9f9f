"""docs/mediaconvert.md: its program runs as it is written there."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.embedded.mediaconvert.conftest import listener, renderer
from tests.media import clip

__all__ = ["listener", "renderer"]
PAGE = Path(__file__).parents[2] / "docs" / "mediaconvert.md"


@pytest.mark.slow
async def test_the_program_renders_a_film(renderer, embedded, tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for written, real in (
        ("http://127.0.0.1:8333", embedded.s3_endpoint_url),
        ("http://127.0.0.1:8400", renderer.endpoint_url),
    ):
        assert program.count(written) == 1
        program = program.replace(written, real)
    clip(tmp_path / "film.mp4")
    keys = {"AWS_ACCESS_KEY_ID": embedded.s3_access_key, "AWS_SECRET_ACCESS_KEY": embedded.s3_secret_key}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        cwd=tmp_path,
        env={**os.environ, **keys},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, errors = await process.communicate()
    assert (told, errors) == (b"COMPLETE \n", b"")
    assert (tmp_path / "film_360.mp4").stat().st_size > 10_000
