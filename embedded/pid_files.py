"""Which child is ours: a pid alone may by now be somebody else's, a pid with its start time is not."""

import json
import signal
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from embedded.data_directory import write_private

CLOCK_STEP_SECONDS = 2.0
"""psutil counts a start time from the boot time, which moves by a second when the clock is corrected."""


@dataclass(frozen=True)
class PidRecord:
    pid: int
    created: float
    stop_signal: int

    def process(self) -> psutil.Process | None:
        """The process written down, when it is still running."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.created) < CLOCK_STEP_SECONDS
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def write_pid_file(path: Path, pid: int, stop_signal: int) -> None:
    """Nothing is written for a process that has already ended."""
    try:
        created = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return
    write_private(path, json.dumps(asdict(PidRecord(pid, created, stop_signal))))


def read_pid_file(path: Path) -> PidRecord | None:
    """None for a file that is not a pid file of ours."""
    try:
        return PidRecord(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        return None


def stop_stale(run: Path, *, grace: float = 3.0) -> list[str]:
    """Stop what a killed earlier run left behind, politely for `grace` seconds; the names of those."""
    files = sorted(run.glob("*.pid"))
    records = {file.stem: read_pid_file(file) for file in files}
    running = {name: record.process() for name, record in records.items() if record is not None}
    stale = {name: process for name, process in running.items() if process is not None}
    for name, process in stale.items():
        record = records[name]
        _signal([process], record.stop_signal if record is not None else signal.SIGTERM)
    _, stubborn = psutil.wait_procs(stale.values(), timeout=grace)
    _signal(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=grace)
    for file in files:
        file.unlink(missing_ok=True)
    return list(stale)


def _signal(processes: Iterable[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
