"""A test that hangs ends, and says where it hung."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TESTS = """
import asyncio
import pytest

async def never():
    print("about to wait")
    await asyncio.Event().wait()

@pytest.fixture
async def endless():
    yield
    await asyncio.create_task(never(), name="the one that hangs")

async def test_that_fails(endless):
    raise AssertionError("the first thing to know")
"""


@pytest.mark.slow
def test_the_end_of_a_failed_test_is_limited_too(tmp_path: Path) -> None:
    (tmp_path / "test_endless.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.time_limit", "--timeout", "3", "-p", "no:xdist"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "test_endless.py::test_that_fails was not done after 3 s. It told:\n" in ended.stderr
    assert "about to wait" in ended.stderr
    assert "await asyncio.Event().wait()" in ended.stderr.partition("Task the one that hangs:")[2]
