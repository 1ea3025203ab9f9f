"""Where Airdate's time goes, in µs of CPU a message: py-spy's samples, by function."""

import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from cases import Scene, staged
from world import World

SAMPLES_PER_SECOND = 400
SHOWN = 30
# What is on the stack in nearly all samples says nothing.
EVERYTHING = 0.9


def profile(world: World, case: str, scene: Scene, seconds: float) -> None:
    """Keep Airdate as busy as it can be for so long, and tell its functions, dearest first."""
    program = shutil.which("py-spy")
    if program is None:
        sys.exit("py-spy is needed on the PATH: pip install py-spy, in a virtual environment of its own")
    path = world.data.path / "profile"
    with staged(world, "airdate", scene) as stage:
        stage.open(scene.productions * scene.each)
        stage.step(None, 0.5)
        [server] = stage.servers
        options = [
            "--rate",
            str(SAMPLES_PER_SECOND),
            "--format",
            "raw",
            "--output",
            str(path),
            "--nonblocking",
        ]
        length = ["--duration", str(int(seconds))]
        spy = subprocess.Popen(
            [program, "record", "--pid", str(server.process.pid), *options, *length],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        messages, cpu, began = 0, server.cpu_seconds(), time.monotonic()
        while (left := seconds - (time.monotonic() - began)) > 0:
            # The two transitions that a step begins with are messages too.
            messages += stage.step(None, left).messages + 2 * len(stage.sockets.watchers)
        cpu = server.cpu_seconds() - cpu
        spy.wait(seconds + 10)
    tell(case, path, cpu / messages * 1e6, messages)


def tell(case: str, path: Path, cpu_us: float, messages: int) -> None:
    own: Counter[str] = Counter()
    all_in: Counter[str] = Counter()
    for line in path.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        if not count.isdigit():
            # Half a line: the sampler does not stop the process it looks at.
            continue
        functions = [re.sub(r":\d+\)$", ")", part) for part in stack.split(";")]
        own[functions[-1]] += int(count)
        for function in set(functions):
            all_in[function] += int(count)
    total = sum(own.values())
    print(f"\n### {case}: {cpu_us:.1f} µs of CPU a message, {messages:,} messages, {total} samples\n")
    for title, counted in (("of its own", own), ("with what it calls", all_in)):
        print(f"| µs, {title} | function |\n|---|---|")
        below = {name: count for name, count in counted.items() if count < EVERYTHING * total}
        for function, count in Counter(below).most_common(SHOWN):
            print(f"| {count / total * cpu_us:.2f} | {function} |")
        print()
    sys.stdout.flush()
