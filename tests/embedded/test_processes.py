import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from embedded.data_directory import DataDirectory
from embedded.environment import bare_environment
from embedded.errors import EmbeddedError
from embedded.pid_files import read_pid_file, stop_stale, write_pid_file
from embedded.processes import LOG_BYTES, Process, stop_all

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
WITH_CHILD = [
    sys.executable,
    "-c",
    "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); raise SystemExit(3)",
]
# Starts a child, tells its pid, and waits to be killed.
SUPERVISOR = """
import sys, time
from pathlib import Path
from embedded.data_directory import DataDirectory
from embedded.processes import Process
child = Process("child", ["sleep", "60"], DataDirectory(Path(sys.argv[1])), {"PATH": "/usr/bin:/bin"})
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "data")


def child(data: DataDirectory, argv: list[str], name: str = "child") -> Process:
    process = Process(name, argv, data, bare_environment())
    process.start()
    return process


def wait_for_log(process: Process) -> str:
    deadline = time.monotonic() + 10
    while not (words := process.last_words()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return words


def gone(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(5)
    except psutil.NoSuchProcess:
        return True
    return not psutil.pid_exists(pid)


def test_has_a_session_a_log_and_a_pid_file_of_its_own(data: DataDirectory) -> None:
    process = child(data, SLEEP)
    try:
        assert wait_for_log(process) == "up"
        assert process.log_path == data.path / "logs" / "child.log"
        record = read_pid_file(data.path / "run" / "child.pid")
        assert record is not None
        assert (record.pid, record.stop_signal) == (process.pid, signal.SIGTERM)
        group = subprocess.run(["ps", "-o", "pgid=", "-p", str(process.pid)], capture_output=True, text=True)
        assert int(group.stdout) == process.pid
    finally:
        process.stop()
    assert (process.poll(), process.ending()) == (-signal.SIGTERM, "signal SIGTERM")
    assert not process.pid_path.exists()


@pytest.mark.slow
def test_what_a_child_leaves_in_its_group_ends_with_it(data: DataDirectory) -> None:
    process = child(data, WITH_CHILD)
    assert process.wait(10) == 3
    assert process.ending() == "exit status 3"
    assert gone(int(process.last_words()))


def test_a_deaf_child_is_killed_after_the_grace(data: DataDirectory) -> None:
    process = child(data, DEAF)
    wait_for_log(process)
    process.patience = 0.2
    process.stop()
    assert process.ending() == "signal SIGKILL"


def test_hurry_kills_at_once(data: DataDirectory) -> None:
    processes = [child(data, DEAF, f"child-{number}") for number in range(2)]
    for process in processes:
        wait_for_log(process)
        process.patience = 30
    started = time.monotonic()
    stop_all(processes, hurry=lambda: True)
    assert time.monotonic() - started < 2
    assert [process.ending() for process in processes] == ["signal SIGKILL"] * 2


def test_a_program_that_is_not_there_is_one_line(data: DataDirectory) -> None:
    with pytest.raises(EmbeddedError) as refused:
        child(data, ["/no/such/program"])
    assert str(refused.value) == "child: cannot run /no/such/program: No such file or directory"


def test_a_log_is_bounded(data: DataDirectory) -> None:
    log = data.logs / "child.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    process = child(data, [sys.executable, "-c", "print('new')"])
    process.wait(10)
    assert log.read_text() == "new\n"
    assert log.with_name("child.log.1").stat().st_size == LOG_BYTES + 1


@pytest.mark.skipif(
    sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux; elsewhere the next start stops it"
)
def test_children_die_with_a_killed_supervisor(data: DataDirectory) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, data.path], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        assert psutil.pid_exists(pid)
        supervisor.kill()
    assert gone(pid)


def test_a_stale_child_is_stopped_and_a_stranger_is_not(data: DataDirectory) -> None:
    with subprocess.Popen(["sleep", "60"]) as stale, subprocess.Popen(["sleep", "60"]) as stranger:
        write_pid_file(data.run / "stale.pid", stale.pid, signal.SIGTERM)
        recycled = {
            "pid": stranger.pid,
            "created": psutil.Process(stranger.pid).create_time() - 60,
            "stop_signal": 15,
        }
        (data.run / "stranger.pid").write_text(json.dumps(recycled))
        (data.run / "broken.pid").write_text("half a fi")
        stopped = stop_stale(data.run)
        stranger_lives = stranger.poll() is None
        stale_lives = psutil.pid_exists(stale.pid)
        for each in (stale, stranger):
            each.kill()
    assert (stopped, stale_lives, stranger_lives) == (["stale"], False, True)
    assert list(data.run.iterdir()) == []


def test_a_data_directory_has_one_holder(data: DataDirectory) -> None:
    data.lock()
    second = DataDirectory(data.path)
    with pytest.raises(EmbeddedError) as refused:
        second.lock()
    assert str(refused.value) == f"{data.path} is in use by another airdate: stop that one first"
    data.unlock()
    second.lock()
    second.unlock()


def test_a_secret_stays_and_is_private(data: DataDirectory) -> None:
    secret = data.secret("events_key")
    assert len(secret) == 40
    assert DataDirectory(data.path).secret("events_key") == secret
    assert data.secret("other") != secret
    modes = [
        path.stat().st_mode & 0o777
        for path in (data.path, data.path / "secrets", data.path / "secrets" / "events_key")
    ]
    assert modes == [0o700, 0o700, 0o600]
