"""The two cores of a benchmark: the server's own, and that of the load and of what the server stands on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE, LOAD_CORE = 0, 1


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started inside runs on this core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def core_times(core: int = LOAD_CORE) -> tuple[int, int]:
    """Ticks, of 10 ms, that it was idle, and in all (proc(5), /proc/stat)."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            numbers = [int(tick) for tick in ticks[:8]]
            return numbers[3] + numbers[4], sum(numbers)
    raise RuntimeError("no such core")


def used(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The part of a core that was used between two `core_times`."""
    idle, total = after[0] - before[0], after[1] - before[1]
    return 1 - idle / total if total else 0.0
