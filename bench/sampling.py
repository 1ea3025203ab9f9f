"""Where a server's time goes: py-spy's samples, by function, in µs of CPU for each thing it did."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLES_PER_SECOND = 400
SHOWN = 30
# What is on the stack in nearly all samples says nothing.
EVERYTHING = 0.9
# A thread that has nothing to do, which looks busy to a sampler that stops it.
WAITING = "_worker (concurrent/futures/thread.py)"
# py-spy writes its file when it has taken its last sample.
WRITING_SECONDS = 10.0


@contextmanager
def sampled(pid: int, seconds: float, path: Path, *, stops: bool = False) -> Iterator[None]:
    """What the process does from now on is in `path` at the end: a stack and its count a line.

    It is stopped for each sample if it `stops`; where not, deep stacks are read by halves.
    """
    program = shutil.which("py-spy")
    if program is None:
        sys.exit("py-spy is needed on the PATH: pip install py-spy, in a virtual environment of its own")
    rate = ["--rate", str(SAMPLES_PER_SECOND), "--duration", str(int(seconds))]
    told = ["--format", "raw", "--output", str(path), *([] if stops else ["--nonblocking"])]
    spy = subprocess.Popen(
        [program, "record", "--pid", str(pid), *rate, *told],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        spy.wait(seconds + WRITING_SECONDS)
    finally:
        spy.kill()


def tell(case: str, path: Path, cpu_us: float, what: str) -> None:
    """`cpu_us`: the server's CPU for one of `what`, which the samples are shares of."""
    own: Counter[str] = Counter()
    all_in: Counter[str] = Counter()
    for line in path.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        if not count.isdigit():
            # Half a line: the sampler does not stop the process it looks at.
            continue
        functions = [re.sub(r":\d+\)$", ")", part) for part in stack.split(";")]
        if functions[-1] == WAITING:
            continue
        own[functions[-1]] += int(count)
        for function in set(functions):
            all_in[function] += int(count)
    total = sum(own.values())
    print(f"\n### {case}: {cpu_us:.1f} µs of CPU a {what}, {total} samples\n")
    for title, counted in (("of its own", own), ("with what it calls", all_in)):
        print(f"| µs, {title} | function |\n|---|---|")
        below = {name: count for name, count in counted.items() if count < EVERYTHING * total}
        for function, samples in Counter(below).most_common(SHOWN):
            print(f"| {samples / total * cpu_us:.2f} | {function} |")
        print()
    sys.stdout.flush()
