"""What is wrong with the settings is told in a line, before anything starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import app
from tests.slow_cases import slow_after

ROOT = Path(__file__).parents[2]


def refusal(command: str, data_dir: Path, **settings: str) -> str:
    """What `airdate <command>` says when it refuses to start with these settings."""
    told = CliRunner().invoke(app, [command], env={"AIRDATE_DATA_DIR": str(data_dir), **settings})
    assert (told.exit_code, told.stdout) == (2, "")
    assert not data_dir.exists()
    return told.stderr


@pytest.mark.parametrize("command", slow_after(0, ["serve", "worker", "dev"]))
def test_a_wrong_price_book(tmp_path: Path, command: str) -> None:
    """By a process of its own, as a supervisor starts it."""
    book, data_dir = tmp_path / "prices.json", tmp_path / "data"
    book.write_text('{"currency": "EUR"}')
    ended = subprocess.run(
        [sys.executable, "-m", "server.cli", command],
        cwd=ROOT,
        env=os.environ | {"AIRDATE_DATA_DIR": str(data_dir), "AIRDATE_PRICE_BOOK": str(book)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert not data_dir.exists()
    assert ended.stderr.startswith(f"airdate: the price book {book} is wrong: ")
    assert "currency: Input should be 'USD'" in ended.stderr


def test_wrong_trusted_documents(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"Viewer": "query {"}')
    told = refusal("serve", tmp_path / "data", AIRDATE_TRUSTED_DOCUMENTS=str(manifest))
    problem = "Viewer: Syntax Error: Expected Name, found <EOF>."
    assert told == f"airdate: the trusted documents {manifest} are wrong: {problem}\n"


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    """A job whose userMetadata has another character is refused by MediaConvert, each time."""
    told = refusal("worker", tmp_path / "data", AIRDATE_ENVIRONMENT="prod*", AIRDATE_PORT="0")
    assert told.splitlines() == [
        "airdate: AIRDATE_PORT is wrong: Input should be greater than or equal to 1",
        "airdate: AIRDATE_ENVIRONMENT is wrong: "
        "use 1 to 256 ASCII letters, digits, spaces and _ . : / = + - @",
    ]
