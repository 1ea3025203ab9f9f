import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.settings import Settings

ROOT = Path(__file__).parents[2]
COMPLETE = {
    "database_url": "postgres://airdate@127.0.0.1/airdate",
    "redis_url": "redis://127.0.0.1",
    "mediaconvert_role": "arn:aws:iam::111122223333:role/airdate-mediaconvert",
    "secret_key": "secret",
}


def test_events_come_by_either_way():
    assert Settings(**COMPLETE).missing() == ["AIRDATE_EVENTS_QUEUE_URL or AIRDATE_EVENTS_KEY"]
    assert Settings(**COMPLETE, events_key="key").missing() == []
    queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/airdate-events-default"
    assert Settings(**COMPLETE, events_queue_url=queue).missing() == []


@pytest.mark.parametrize("name", ["mediaconvert_requests_per_second", "mediaconvert_request_burst"])
def test_mediaconvert_is_asked_at_some_rate(name):
    with pytest.raises(ValidationError):
        Settings(**{name: 0})


@pytest.mark.parametrize("command", ["serve", "worker", "dev"])
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
