"""Named child processes: each with a log, a pid file and a session of its own, dying with who started it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embedded.data_directory import PRIVATE_FILE, DataDirectory
from embedded.errors import EmbeddedError
from embedded.pid_files import write_pid_file

LOG_BYTES = 10 * 1024 * 1024
POLL_SECONDS = 0.02
STOP_SECONDS = 3.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Process:
    """A child named `name`. `uid` drops root before the program starts; `cwd` is entered before that.

    `death_signal` is what the kernel sends (on Linux) when the thread that called `start` ends: call it
    from a thread that lives as long as the child should, best the main one.
    `patience`: the seconds it has to stop.
    """

    name: str
    argv: Sequence[str | Path]
    data: DataDirectory
    env: Mapping[str, str]
    cwd: Path | None = None
    uid: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    patience: float = STOP_SECONDS
    _popen: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def log_path(self) -> Path:
        return self.data.logs / f"{self.name}.log"

    @property
    def pid_path(self) -> Path:
        return self.data.run / f"{self.name}.pid"

    @property
    def pid(self) -> int:
        return self._started().pid

    def start(self) -> None:
        """Raises EmbeddedError when the program cannot be executed."""
        turn_log(self.log_path)
        log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        try:
            self._popen = self._spawn(log)
        except OSError as error:
            raise EmbeddedError(f"{self.name}: cannot run {self.argv[0]}: {error.strerror}") from error
        finally:
            os.close(log)
        write_pid_file(self.pid_path, self._popen.pid, self.stop_signal)

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        with warnings.catch_warnings():
            # Python 3.12 warns of code between fork and exec beside threads; ours is two prepared calls.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            return subprocess.Popen(
                [str(part) for part in self.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.env),
                cwd=self.cwd,
                user=self.uid,
                group=self.uid,
                extra_groups=None if self.uid is None else [],
                umask=0o077,
                start_new_session=True,
                preexec_fn=dying_with_parent(self.death_signal),
            )

    def poll(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs. Its process group ends with it."""
        popen = self._started()
        if popen.returncode is None and popen.poll() is not None:
            self._kill_group()
            self.pid_path.unlink(missing_ok=True)
        return popen.returncode

    def wait(self, seconds: float | None = None) -> int | None:
        """As `poll`, after at most `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (status := self.poll()) is None and (deadline is None or time.monotonic() < deadline):
            time.sleep(POLL_SECONDS)
        return status

    def stop(self) -> None:
        stop_all([self])

    def ask_to_stop(self) -> None:
        if self._popen is not None and self.poll() is None:
            os.kill(self.pid, self.stop_signal)

    def kill(self) -> None:
        """End it and its process group at once."""
        if self._popen is not None and self.poll() is None:
            self._kill_group()
            self._popen.wait()
            self.pid_path.unlink(missing_ok=True)

    @property
    def running(self) -> bool:
        return self._popen is not None and self.poll() is None

    def ending(self) -> str:
        """How it ended, for people: `exit status 3`, `signal SIGKILL`."""
        status = self.poll()
        if status is None:
            return "no end yet"
        return f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"

    def last_words(self) -> str:
        """The last line of its log that says anything; empty when there is none."""
        with self.log_path.open("rb") as log:
            log.seek(max(0, self.log_path.stat().st_size - 4096))
            lines = log.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._popen is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._popen

    def _kill_group(self) -> None:
        # macOS answers EPERM for a group of which only a zombie is left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._started().pid, signal.SIGKILL)


def stop_all(processes: Iterable[Process], *, hurry: Callable[[], bool] = lambda: False) -> None:
    """Ask all to stop at the same time; kill each whose patience ends, and all that are left once `hurry`."""
    left = [process for process in processes if process.running]
    asked = time.monotonic()
    for process in left:
        process.ask_to_stop()
    while left:
        time.sleep(POLL_SECONDS)
        for process in left:
            if hurry() or time.monotonic() - asked > process.patience:
                process.kill()
        left = [process for process in left if process.running]


def turn_log(path: Path) -> None:
    """Keep a log bounded: at more than 10 MiB it becomes `<name>.1`, in place of the one before."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))


def dying_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Runs between fork and exec, so all it needs is looked up before.

    prctl(2): a change of uid undoes it, so it must follow that one, as subprocess has it.
    """
    if _LIBC is None:
        return None
    prctl, parent, number = _LIBC.prctl, os.getpid(), int(death_signal)

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
