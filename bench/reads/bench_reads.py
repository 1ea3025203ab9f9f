"""What a read costs: Airdate beside its peers and a hand-written server, over HTTP, on one PostgreSQL.

    python bench/reads/bench_reads.py [--case q2] [--servers airdate limit] [--rounds 3] [--seconds 8]

Each server is one process on one core; the load and PostgreSQL have the other. Run it while the machine is
quiet. Needs Linux, and about fifteen minutes for everything.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from types import FrameType

from cases import CASES, Case
from database import Database, Shape, make_database, scaled
from growth import growth
from load import Exchange, Load, ServerFailed
from measuring import CONNECTIONS, Outcome, measure, verify
from servers import HERE, NAMES, NODE, World, running
from statements import have_statements_logged, tell_statements
from tables import tell_case, verdict

from bench.cores import LOAD_CORE
from bench.sampling import sampled, tell
from bench.servers import Server, install_node_peers
from embedded.stack import EmbeddedStack

STARTS = 5
MOST_START_SECONDS = 2.0


class Bench:
    def __init__(self, options: argparse.Namespace, world: World) -> None:
        self._options, self._world = options, world
        self._databases: dict[str, Database] = {}
        self._logged: dict[str, int] = {}

    def database(self, shape: Shape) -> Database:
        """Made when it is first asked for."""
        if shape.name not in self._databases:
            began = time.monotonic()
            self._databases[shape.name] = make_database(shape, self._world.endpoints, self._world.data)
            print(f"  {shape.name} filled in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
        return self._databases[shape.name]

    def run(self, names: Sequence[str]) -> None:
        if asked := [CASES[name] for name in names if name in CASES]:
            self._compare(asked)
        if "start" in names:
            self._start()
        if "growth" in names:
            growth(self._world, self.database, self._options.rounds, self._options.seconds)

    def statements(self, names: Sequence[str]) -> None:
        cases = [CASES[name] for name in names if name in CASES]
        tell_statements(self._world, self.database(scaled(self._options.scale)), self._options.servers, cases)

    def profile(self, names: Sequence[str], seconds: float) -> None:
        """Keep Airdate as busy as it can be for so long, and tell its functions, dearest first."""
        database = self.database(scaled(self._options.scale))
        for case in (CASES[name] for name in names if name in CASES):
            path = self._world.data.path / f"profile-{case.name}"
            with running("airdate", self._world, database) as server:
                exchanges = self._verified(case, {"airdate": server}, database)["airdate"]
                # Being sampled costs too: what a request takes is measured before.
                cpu_us = measure(server, self._world.postgres, exchanges, seconds).cpu_us
                load = Load(server.port, exchanges, CONNECTIONS)
                with sampled(server.process.pid, seconds, path, stops=True):
                    load.run(seconds)
                load.finish()
            tell(case.title, path, cpu_us, "request")

    def _compare(self, cases: Sequence[Case]) -> None:
        """All servers are there for all of it, so that each has its turn soon after the others; who is not
        asked does nothing."""
        database = self.database(scaled(self._options.scale))
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(running(name, self._world, database))
                for name in self._options.servers
            }
            for case in cases:
                exchanges = self._verified(case, servers, database)
                tell_case(case, self._rounds(servers, exchanges), self._world.limit_reads)
                for server in servers.values():
                    self._tell_log(case, server)

    def _tell_log(self, case: Case, server: Server) -> None:
        """What it logged since it was last looked at: nothing, where all is well."""
        size = server.process.log_path.stat().st_size
        if size > self._logged.get(server.name, 0):
            words = server.process.last_words()
            print(f"  {case.name}: {server.name} logged: {words}", file=sys.stderr, flush=True)
        self._logged[server.name] = size

    def _verified(
        self, case: Case, servers: Mapping[str, Server], database: Database
    ) -> Mapping[str, Sequence[Exchange]]:
        """What each server is asked that has answered every request rightly; the others are left out."""
        wanted = case.wanted(database)
        exchanges: dict[str, Sequence[Exchange]] = {}
        bodies: dict[str, Sequence[bytes]] = {}
        for name, server in servers.items():
            asked = case.exchanges(name, server.port, database.targets, wanted)
            try:
                bodies[name] = verify(server, asked)
            except ServerFailed as failed:
                print(f"  {case.name}: {name} is left out: {failed}", file=sys.stderr, flush=True)
                continue
            exchanges[name] = asked
        both = [bodies[name] for name in ("airdate", "limit") if name in bodies and not case.writes]
        if len(both) == 2 and both[0] != both[1]:
            sys.exit(f"{case.name}: Airdate and the hand-written server do not answer the same bytes")
        return exchanges

    def _rounds(
        self, servers: Mapping[str, Server], exchanges: Mapping[str, Sequence[Exchange]]
    ) -> Mapping[str, Sequence[Outcome]]:
        """In turn, and every other round the other way about: a machine that gets slower is so for all."""
        found: dict[str, list[Outcome]] = {name: [] for name in servers if name in exchanges}
        for number in range(self._options.rounds):
            for name in reversed(list(found)) if number % 2 else list(found):
                server, asked = servers[name], exchanges[name]
                try:
                    outcome = measure(server, self._world.postgres, asked, self._options.seconds)
                except ServerFailed as failed:
                    print(f"  {name}: {failed}", file=sys.stderr, flush=True)
                    continue
                found[name].append(outcome)
                if self._options.verbose:
                    print(f"  {name}: {outcome}", file=sys.stderr, flush=True)
        return found

    def _start(self) -> None:
        """The database is migrated. A server is ready when it answers for the first time."""
        database = self.database(scaled(self._options.scale))
        print("\n### start to ready\n\n| server | s | wanted |\n|---|---|---|")
        for name in self._options.servers:
            took = []
            for _ in range(STARTS + 1):
                with running(name, self._world, database) as server:
                    took.append(server.start_seconds)
            # The first one compiles and reads from the disk what the others find.
            seconds = median(took[1:])
            wanted = verdict(seconds, MOST_START_SECONDS) if name == "airdate" else ""
            print(f"| {NAMES[name]} | {seconds:.2f} | {wanted} |", flush=True)


def stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def chosen() -> argparse.Namespace:
    every = [*CASES, "start", "growth"]
    parser = argparse.ArgumentParser(description="What a read costs, beside peers.")
    parser.add_argument("--case", nargs="+", choices=every, default=every, help="all")
    parser.add_argument("--servers", nargs="+", choices=list(NAMES), default=list(NAMES), help="all")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are told; 3")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a server's turn; 8")
    parser.add_argument("--scale", type=int, default=1, help="times the users and spaces, with all rows; 1")
    parser.add_argument(
        "--limit-reads",
        choices=("memory", "database"),
        default="memory",
        help="where the hand-written server looks up who a token is; memory",
    )
    parser.add_argument("--profile", metavar="SECONDS", type=float, help="Airdate with py-spy, for each case")
    parser.add_argument("--statements", action="store_true", help="only what each server asks PostgreSQL")
    parser.add_argument("--verbose", action="store_true", help="each round, too")
    return parser.parse_args()


def main() -> None:
    options = chosen()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if set(NODE) & set(options.servers) and not options.profile:
        install_node_peers(HERE)
    if options.statements:
        have_statements_logged()
    os.sched_setaffinity(0, {LOAD_CORE})
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="airdate-bench-") as folder:
        stack = EmbeddedStack(Path(folder))
        try:
            endpoints = stack.start_servers()
            [postgres] = [process.pid for process in stack.processes if process.name == "postgres"]
            bench = Bench(options, World(stack.data, endpoints, postgres, options.limit_reads))
            if options.profile:
                bench.profile(options.case, options.profile)
            elif options.statements:
                bench.statements(options.case)
            else:
                bench.run(options.case)
        finally:
            stack.stop()
    print(f"\n({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
