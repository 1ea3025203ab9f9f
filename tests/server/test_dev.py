"""`airdate dev`, as somebody at a terminal has it: what it says, and what is left of it afterwards."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embedded.pid_files import read_pid_file
from embedded.ports import LOOPBACK, free_ports
from embedded.readiness import http_problem
from server.dev import check_port_free, origin

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "server.cli", "dev"]
CHILDREN = {"object-storage", "postgres", "renderer", "serve", "valkey", "worker"}


class Dev:
    """One `airdate dev`, in a session of its own as a terminal would give it."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port
        self.popen = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env={**os.environ, "AIRDATE_DATA_DIR": str(data_dir), "AIRDATE_PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def announcement(self) -> list[str]:
        """The lines up to the last, which says that it is ready."""
        assert self.popen.stdout is not None
        lines = []
        for line in self.popen.stdout:
            lines.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                return lines
        raise AssertionError(f"ended before it was ready: {self.popen.communicate()[1]}")

    def children(self) -> dict[str, int]:
        records = {path.stem: read_pid_file(path) for path in (self.data_dir / "run").glob("*.pid")}
        return {name: record.pid for name, record in records.items() if record is not None}

    def finish(self) -> tuple[int, str]:
        """Exit status and what it said on standard error."""
        _, said = self.popen.communicate(timeout=30)
        return self.popen.returncode, said


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dev") / "data"


@pytest.fixture
def dev(data_dir: Path) -> Iterator[Dev]:
    [port] = free_ports(1)
    started = Dev(data_dir, port)
    yield started
    if started.popen.poll() is None:
        started.popen.send_signal(signal.SIGTERM)
        started.finish()


def all_gone(pids: dict[str, int]) -> bool:
    deadline = time.monotonic() + 8
    while any(psutil.pid_exists(pid) for pid in pids.values()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(psutil.pid_exists(pid) for pid in pids.values())


@pytest.mark.slow
def test_ctrl_c_stops_everything_it_announced(dev: Dev, data_dir: Path) -> None:
    lines = dev.announcement()
    token = (data_dir / "token").read_text().strip()
    assert lines == [
        "airdate: starting PostgreSQL, Valkey, S3 and the renderer",
        f"airdate: ready at http://127.0.0.1:{dev.port}/graphql",
        f"  token    {token}",
        f"           (the demo user's, kept in {data_dir}/token)",
        '  publish  .venv/bin/airdate publish video.mp4 --title "…" --space demo',
        f"  logs     {data_dir}/logs",
        "Ctrl-C stops everything",
    ]
    assert stat.S_IMODE((data_dir / "token").stat().st_mode) == 0o600
    assert http_problem(LOOPBACK, dev.port, "/readyz") is None
    children = dev.children()
    assert set(children) == CHILDREN
    # What a terminal does: the signal goes to the whole foreground group.
    os.killpg(dev.popen.pid, signal.SIGINT)
    assert dev.finish() == (0, "")
    assert all_gone(children)
    assert dev.children() == {}


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "renderer"])
def test_a_part_that_ends_by_itself_ends_everything(dev: Dev, data_dir: Path, victim: str) -> None:
    dev.announcement()
    children = dev.children()
    os.kill(children[victim], signal.SIGKILL)
    status, said = dev.finish()
    assert status == 1
    assert said.startswith(f"airdate: {victim} ended (signal SIGKILL)")
    assert said.endswith(f"; log: {data_dir}/logs/{victim}.log\n")
    assert said.count("\n") == 1
    assert all_gone(children)


@pytest.mark.slow
def test_starts_again_after_the_supervisor_was_killed(dev: Dev, data_dir: Path) -> None:
    token = dev.announcement()[2]
    children = dev.children()
    second = Dev(data_dir, free_ports(1)[0])
    assert second.finish() == (1, f"airdate: {data_dir} is in use by another airdate: stop that one first\n")
    dev.popen.kill()
    dev.finish()
    again = Dev(data_dir, dev.port)
    try:
        assert again.announcement()[2] == token
        assert all_gone(children)
    finally:
        again.popen.send_signal(signal.SIGTERM)
        assert again.finish() == (0, "")


@pytest.mark.slow
def test_a_signal_while_starting_stops_what_has_started(dev: Dev) -> None:
    assert dev.popen.stdout is not None
    assert dev.popen.stdout.readline().startswith("airdate: starting")
    dev.popen.send_signal(signal.SIGTERM)
    assert dev.finish() == (0, "")
    assert dev.children() == {}


def test_a_port_in_use_is_one_line(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert Dev(data_dir, port).finish() == (
            1,
            f"airdate: port {port} is in use: set AIRDATE_PORT to another\n",
        )
    check_port_free(LOOPBACK, port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_events_come_by_an_address_that_can_be_reached(host: str, expected: str) -> None:
    assert origin(host, 8000) == expected
