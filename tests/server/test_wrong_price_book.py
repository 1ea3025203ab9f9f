import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.slow_cases import slow_after

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", slow_after(1, ["serve", "worker", "dev"]))
def test_a_wrong_price_book_is_told_before_anything_starts(tmp_path: Path, command: str) -> None:
    book = tmp_path / "prices.json"
    book.write_text('{"currency": "EUR"}')
    environment = os.environ | {"AIRDATE_PRICE_BOOK": str(book), "AIRDATE_DATA_DIR": str(tmp_path / "data")}
    ended = subprocess.run(
        [sys.executable, "-m", "server.cli", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"airdate: the price book {book} is wrong: ")
    assert "currency: Input should be 'USD'" in ended.stderr
    assert not (tmp_path / "data").exists()
