"""A Valkey of a test's own, to be killed and started again where it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.data_directory import DataDirectory
from embedded.readiness import wait_for_answer
from embedded.valkey import Valkey


@contextmanager
def running_valkey(folder: Path) -> Iterator[Valkey]:
    valkey = Valkey(DataDirectory(folder))
    valkey.spawn()
    wait_for_answer(valkey)
    try:
        yield valkey
    finally:
        valkey.process.kill()
        valkey.process.wait()


def kill(valkey: Valkey) -> None:
    """As `kill -9` does."""
    valkey.process.kill()
    valkey.process.wait()


def start_again(valkey: Valkey) -> None:
    """At the same port, with whatever it had saved."""
    valkey.process.start()
    wait_for_answer(valkey)
