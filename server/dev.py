"""`airdate dev`: the server, its worker and the outside world in miniature, under one supervisor."""

import contextlib
import errno
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from embedded.environment import python_environment
from embedded.errors import EmbeddedError
from embedded.object_storage import REGION
from embedded.processes import POLL_SECONDS, Process, stop_all
from embedded.readiness import http_problem
from embedded.stack import EmbeddedStack, Endpoints

READY_SECONDS = 60.0
WATCH_SECONDS = 0.2
MEDIACONVERT_ROLE = "arn:aws:iam::000000000000:role/airdate-mediaconvert"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(host: str, port: int, data_dir: Path) -> int:
    """Everything, until Ctrl-C (then 0), or until a part ends or cannot start (then 1, and one line why)."""
    supervisor = Supervisor(host, port, data_dir)
    with supervisor.taking_signals():
        return supervisor.run()


class Interrupted(BaseException):
    """Somebody asked us to stop."""


class Supervisor:
    def __init__(self, host: str, port: int, data_dir: Path) -> None:
        self._host = host
        self._port = port
        self._stack = EmbeddedStack(data_dir)
        self._environment: dict[str, str] = {}
        self._children: list[Process] = []
        self._signals = 0
        self._interruptible = False

    def run(self) -> int:
        try:
            return self._run_until_interrupted()
        finally:
            before = self._signals
            self._stop(lambda: self._signals > before)

    def _run_until_interrupted(self) -> int:
        try:
            self._interruptible = True
            try:
                self._start()
                self._announce()
                self._watch()
            except EmbeddedError as error:
                self._interruptible = False
                _say(f"airdate: {error}", error=True)
                return 1
        except Interrupted:
            _say("airdate: stopping")
        return 0

    @contextlib.contextmanager
    def taking_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._take_signal) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
        if self._interruptible:
            self._interruptible = False
            raise Interrupted

    def _start(self) -> None:
        # The port comes second: what a killed earlier run left may hold it, and the claim ends that.
        self._stack.claim()
        check_port_free(self._host, self._port)
        _say("airdate: starting PostgreSQL, Valkey, S3 and the renderer")
        events_key = self._stack.data.secret("events_key")
        endpoints = self._stack.start(
            events_url=f"{origin(self._host, self._port)}/events/mediaconvert", events_key=events_key
        )
        self._environment = self._child_environment(endpoints, events_key)
        for name in ("migrate", "seed"):
            self._complete(name)
        self._launch("worker")
        self._launch("serve")
        self._wait_until_ready()

    def _child_environment(self, endpoints: Endpoints, events_key: str) -> dict[str, str]:
        return python_environment(
            AIRDATE_HOST=self._host,
            AIRDATE_PORT=str(self._port),
            AIRDATE_DATA_DIR=str(self._stack.data.path),
            AIRDATE_DATABASE_URL=endpoints.database_url,
            AIRDATE_REDIS_URL=endpoints.redis_url,
            AIRDATE_S3_ENDPOINT_URL=endpoints.s3_endpoint_url,
            AIRDATE_S3_BUCKET=endpoints.s3_bucket,
            AIRDATE_STORAGE_PROXY="true",
            AIRDATE_MEDIACONVERT_ENDPOINT_URL=endpoints.mediaconvert_endpoint_url,
            AIRDATE_MEDIACONVERT_ROLE=MEDIACONVERT_ROLE,
            # Measured with x264's "veryfast" on two cores; after a first render a deployment goes by its own.
            AIRDATE_RENDER_START_SECONDS="2",
            AIRDATE_RENDER_MEGAPIXELS_PER_SECOND="100",
            AIRDATE_EVENTS_KEY=events_key,
            AIRDATE_SECRET_KEY=self._stack.data.secret("secret_key", length=64),
            AWS_ACCESS_KEY_ID=endpoints.s3_access_key,
            AWS_SECRET_ACCESS_KEY=endpoints.s3_secret_key,
            AWS_REGION=REGION,
        )

    def _launch(self, command: str) -> Process:
        child = Process(
            command,
            [sys.executable, "-m", "server.cli", command],
            self._stack.data,
            self._environment,
            death_signal=signal.SIGTERM,
        )
        self._children.append(child)
        child.start()
        return child

    def _complete(self, command: str) -> None:
        child = self._launch(command)
        while child.running:
            self._refuse_dead(self._stack.dead())
            time.sleep(POLL_SECONDS)
        if child.poll() != 0:
            self._refuse_dead(child)
        self._children.remove(child)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while problem := http_problem(_reachable(self._host), self._port, "/readyz"):
            self._refuse_dead(self._dead())
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"no API after {READY_SECONDS:.0f} s: {problem}; logs: {self._stack.data.logs}"
                )
            time.sleep(POLL_SECONDS)

    def _announce(self) -> None:
        token_path = self._stack.data.path / "token"
        url = origin(self._host, self._port)
        _say(
            f"airdate: ready at {url}/graphql",
            f"  token    {token_path.read_text().strip()}",
            f"           (the demo user's, kept in {token_path})",
            '  publish  .venv/bin/airdate publish video.mp4 --title "…" --space demo',
            f"  logs     {self._stack.data.logs}",
            "Ctrl-C stops everything",
        )

    def _watch(self) -> None:
        while True:
            self._refuse_dead(self._dead())
            time.sleep(WATCH_SECONDS)

    def _dead(self) -> Process | None:
        ours = next((child for child in self._children if not child.running), None)
        # A server that dies takes the API along: name the cause, not the consequence.
        return self._stack.dead() or ours

    def _refuse_dead(self, process: Process | None) -> None:
        if process is not None:
            last = f": {words}" if (words := process.last_words()) else ""
            raise EmbeddedError(f"{process.name} ended ({process.ending()}){last}; log: {process.log_path}")

    def _stop(self, hurry: Callable[[], bool]) -> None:
        stop_all(reversed(self._children), hurry=hurry)
        self._stack.stop(hurry=hurry)


def check_port_free(host: str, port: int) -> None:
    """Raises EmbeddedError, saying what to do, when `host`:`port` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise EmbeddedError(f"port {port} is in use: set AIRDATE_PORT to another") from error
            raise EmbeddedError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def origin(host: str, port: int) -> str:
    """Where programs on this machine reach a server that listens on `host`:`port`."""
    reachable = _reachable(host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _say(*lines: str, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    # The terminal may be gone (SIGHUP, a closed pipe), and stopping must go on without it.
    with contextlib.suppress(OSError):
        stream.write("\n".join(lines) + "\n")
        stream.flush()
