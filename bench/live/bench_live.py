"""What live status costs: Airdate beside its peers, over real sockets and a real Redis, in one run.

    python bench/live/bench_live.py [--case hot] [--rounds 3] [--seconds 1] [--watchers 1000]

Each server is one process on one core; the load, Redis and PostgreSQL have the other. Run it while the
machine is quiet. Needs Linux, and about ten minutes for everything.
"""

import argparse
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from types import FrameType

import world
from cases import TWO, Idle, Scene, idle, latency, throughput
from profiles import profile
from servers import HERE, NAMES
from sockets import ServerFailed
from steps import Outcome

from bench.cores import LOAD_CORE
from bench.servers import install_node_peers

CASES = ("hot", "spread", "idle", "latency", "two", "hot-transitions", "spread-transitions")
LATENCY_SECONDS = 20.0
IDLE_SOCKETS, MANY_IDLE_SOCKETS = 2_000, 10_000


class Bench:
    def __init__(self, options: argparse.Namespace, stands_on: world.World) -> None:
        self._options, self._world = options, stands_on

    def scene(self, case: str) -> Scene:
        watchers = self._options.watchers
        has_ticks = not case.endswith("transitions")
        productions, each = (1, watchers) if case.startswith("hot") else (watchers, 1)
        own = self._options.ids == "own"
        return Scene(productions, each, has_ticks=has_ticks, has_own_ids=own)

    def run(self, case: str) -> None:
        match case:
            case "idle":
                self.idle()
            case "latency":
                self.latency()
            case "two":
                self.two()
            case _:
                self.throughput(case)

    def throughput(self, case: str) -> None:
        scene = self.scene(case)
        who = f"{scene.productions} production(s), {scene.each} watcher(s) each"
        names = self._options.servers
        if not scene.has_ticks:
            names = [name for name in names if name in ("airdate", "bare")]
        rows = self._rounds(names, lambda name: throughput(self._world, name, scene, self._options.seconds))
        tell_outcomes(f"{case}: {who}; messages/s at p99 < 250 ms", rows)

    def idle(self) -> None:
        print("\n### idle: KiB of resident memory a subscribed socket\n")
        print("| server | sockets | KiB | a transition, p50 / p99 ms |\n|---|---|---|---|")
        runs = [(name, IDLE_SOCKETS) for name in self._options.servers]
        for name, sockets in [*runs, ("airdate", MANY_IDLE_SOCKETS)]:
            try:
                row: Idle = idle(self._world, name, sockets)
            except ServerFailed as failed:
                print(f"| {NAMES[name]} | {sockets:,} | {failed} | |")
                continue
            print(f"| {NAMES[name]} | {sockets:,} | {row.kib:.1f} | {row.p50_ms:.1f} / {row.p99_ms:.1f} |")
            sys.stdout.flush()

    def latency(self) -> None:
        print("\n### latency: 100 transitions/s, 100 productions with 10 watchers each, ms\n")
        print("| server | p50 | p99 | told |\n|---|---|---|---|")
        for name, what in (("airdate", ", committed"), ("bare", ", published")):
            row = latency(self._world, name, LATENCY_SECONDS if name == "airdate" else LATENCY_SECONDS / 2)
            told = f"{row.messages:,} of {row.expected:,}"
            print(f"| {NAMES[name]}{what} | {row.p50_ms:.1f} | {row.p99_ms:.1f} | {told} |", flush=True)

    def two(self) -> None:
        scene = self.scene("hot")

        def run(what: str) -> Outcome:
            there = Scene(scene.productions, scene.each, cores=TWO[what], has_own_ids=scene.has_own_ids)
            return throughput(self._world, "airdate", there, self._options.seconds)

        tell_two(self._rounds(list(TWO), run))

    def _rounds(self, names: Sequence[str], run: Callable[[str], Outcome]) -> dict[str, list[Outcome]]:
        """In turn, so that a machine that gets slower in between is so for all."""
        found: dict[str, list[Outcome]] = {name: [] for name in names}
        for _ in range(self._options.rounds):
            for name in names:
                try:
                    outcome = run(name)
                except ServerFailed as failed:
                    print(f"{name}: {failed}", file=sys.stderr)
                    continue
                found[name].append(outcome)
                if self._options.verbose:
                    print(f"  {name}: {outcome}", file=sys.stderr, flush=True)
        return found


def tell_outcomes(title: str, found: dict[str, list[Outcome]]) -> None:
    rows = {name: outcomes for name, outcomes in found.items() if outcomes}
    print(f"\n### {title}\n")
    first = next(iter(rows), "")
    print(
        f"| server | messages/s | {NAMES.get(first, first)} / it | CPU µs/message | ratio | p50 / p99 ms "
        "| frame bytes | load's core |\n|---|---|---|---|---|---|---|---|"
    )
    for name, outcomes in rows.items():
        delivered, cpu = middle(outcomes, "delivered"), middle(outcomes, "cpu_us")
        ours = middle(rows[first], "delivered") / delivered if delivered else float("inf")
        cheaper = middle(rows[first], "cpu_us") / cpu if cpu else float("inf")
        passed = "" if any(outcome.passes for outcome in outcomes) else " (never under 250 ms)"
        print(
            f"| {NAMES.get(name, name)} | {delivered:,.0f}{passed} | {ours:.2f} | {cpu:.1f} | {cheaper:.2f} "
            f"| {middle(outcomes, 'p50_ms'):.0f} / {middle(outcomes, 'p99_ms'):.0f} "
            f"| {middle(outcomes, 'frame_bytes'):.0f} | {middle(outcomes, 'busy'):.0%} |"
        )
    sys.stdout.flush()


def tell_two(found: dict[str, list[Outcome]]) -> None:
    """On cores of their own, two deliver twice what they deliver for a second of CPU."""
    print("\n### two: Airdate as one process and as two, each with half of the 1,000 watchers\n")
    print("| | messages/s | to one process | messages per server CPU second | to one process |")
    print("|---|---|---|---|---|")
    rows = {what: outcomes for what, outcomes in found.items() if outcomes}
    one = next(iter(rows.values()), [])
    for what, outcomes in rows.items():
        delivered, cpu = middle(outcomes, "delivered"), middle(outcomes, "cpu_us")
        times, cheaper = delivered / middle(one, "delivered"), middle(one, "cpu_us") / cpu
        print(f"| {what} | {delivered:,.0f} | {times:.2f} | {1e6 / cpu:,.0f} | {cheaper:.2f} |")
    sys.stdout.flush()


def middle(outcomes: Sequence[Outcome], name: str) -> float:
    return float(median(getattr(outcome, name) for outcome in outcomes))


def stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What live status costs, beside peers.")
    parser.add_argument("--case", choices=CASES, action="append", help="all")
    parser.add_argument("--servers", nargs="+", choices=list(NAMES), default=list(NAMES), help="all")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are told; 3")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a step at one rate; 1")
    parser.add_argument("--watchers", type=int, default=1000, help="of hot and spread; 1000")
    parser.add_argument(
        "--ids", choices=("own", "same"), default="own", help="operation ids; own, as graphql-ws"
    )
    parser.add_argument("--profile", metavar="SECONDS", type=float, help="Airdate with py-spy, for each case")
    parser.add_argument("--verbose", action="store_true", help="each round, too")
    return parser.parse_args()


def main() -> None:
    options = chosen()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    install_node_peers(HERE)
    os.sched_setaffinity(0, {LOAD_CORE})
    began = time.monotonic()
    with world.opened() as stands_on:
        bench = Bench(options, stands_on)
        for case in options.case or CASES:
            if options.profile:
                profile(stands_on, case, bench.scene(case), options.profile)
            else:
                bench.run(case)
            print(f"\n({time.monotonic() - began:.0f} s since the start)", flush=True)


if __name__ == "__main__":
    main()
