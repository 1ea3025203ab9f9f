import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from services import scratch_folder as module
from services.scratch_folder import scratch_folder

HOLDS = """
import asyncio
from services.scratch_folder import scratch_folder

async def hold():
    async with scratch_folder() as folder:
        (folder / "large.pcm").write_bytes(b"x")
        print(folder, flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def aged(folder: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))


async def test_it_goes_with_its_work_even_when_that_fails(temporary):
    async def failing():
        async with scratch_folder() as folder:
            (folder / "a").write_bytes(b"a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert list(temporary.iterdir()) == []


async def test_what_a_killed_process_left_is_removed_and_what_a_living_one_uses_is_not(temporary):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDS, stdout=asyncio.subprocess.PIPE
    )
    left = Path((await process.stdout.readline()).decode().strip())
    assert left.parent == temporary
    aged(left)
    async with scratch_folder():
        assert (left / "large.pcm").exists()
    process.kill()
    await process.wait()
    async with scratch_folder() as own:
        assert list(temporary.iterdir()) == [own]


async def test_one_that_was_only_just_made_is_left_alone(temporary):
    fresh = temporary / f"{module.PREFIX}fresh"
    fresh.mkdir()
    async with scratch_folder():
        assert fresh.exists()
    aged(fresh)
    async with scratch_folder():
        assert not fresh.exists()
