"""How the cost of a page grows: with the rows of each parent, and with those of the whole database."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from cases import DETAIL, LONG_LIST, Case
from database import BASE, MANY_PRODUCTIONS, MANY_PUBLICATIONS, Database, Shape, scaled
from load import Exchange
from measuring import Outcome, measure, verify
from servers import NAMES, World, running
from tables import middle, verdict

from bench.servers import Server

LARGER = 10
MOST_FOR_ROWS, MOST_FOR_DATABASE = 11.0, 1.3
SERVERS = ("airdate", "limit")
HEAD = (
    "| | server | ms a request at 32 connections | times | ms alone | times | body bytes, times | wanted |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Step:
    """From the usual database to another: a case, and how many times the time it may take."""

    title: str
    shape: Shape
    case: Case
    most: float


STEPS = (
    Step("10 × the productions of each upload", MANY_PRODUCTIONS, LONG_LIST, MOST_FOR_ROWS),
    Step("10 × the publications of each production", MANY_PUBLICATIONS, LONG_LIST, MOST_FOR_ROWS),
    Step("Q2 in a database 10 × as large", scaled(LARGER), LONG_LIST, MOST_FOR_DATABASE),
    Step("Q1 in a database 10 × as large", scaled(LARGER), DETAIL, MOST_FOR_DATABASE),
)


@dataclass(frozen=True)
class Pair:
    """The same server over the usual database and over another, with the same requests for each."""

    servers: Sequence[Server]
    exchanges: Sequence[Sequence[Exchange]]

    def measured(self, world: World, seconds: float, connections: int) -> Sequence[Outcome]:
        return [
            measure(server, world.postgres, exchanges, seconds, connections=connections)
            for server, exchanges in zip(self.servers, self.exchanges, strict=True)
        ]


def growth(world: World, database: Callable[[Shape], Database], rounds: int, seconds: float) -> None:
    print("\n### growth: the time of a request, to that in the usual database\n")
    print(HEAD)
    for step in STEPS:
        databases = [database(BASE), database(step.shape)]
        for name in SERVERS:
            with ExitStack() as stack:
                pair = started(stack, name, step.case, world, databases)
                together = [pair.measured(world, seconds, 32) for _ in range(rounds)]
                alone = [pair.measured(world, seconds / 2, 1) for _ in range(rounds)]
            print(row_of(step, name, together, alone))
            sys.stdout.flush()


def started(stack: ExitStack, name: str, case: Case, world: World, databases: Sequence[Database]) -> Pair:
    servers, exchanges = [], []
    for each in databases:
        server = stack.enter_context(running(name, world, each))
        asked = case.exchanges(name, server.port, each.targets, case.wanted(each))
        verify(server, asked)
        servers.append(server)
        exchanges.append(asked)
    return Pair(servers, exchanges)


def row_of(
    step: Step, name: str, together: Sequence[Sequence[Outcome]], alone: Sequence[Sequence[Outcome]]
) -> str:
    (usual, other), (usual_alone, other_alone) = zip(*together, strict=True), zip(*alone, strict=True)
    before, after = 1e3 / middle(usual, "per_second"), 1e3 / middle(other, "per_second")
    before_alone, after_alone = middle(usual_alone, "p50_ms"), middle(other_alone, "p50_ms")
    times = max(after / before, after_alone / before_alone)
    longer = middle(other, "body_bytes") / middle(usual, "body_bytes")
    wanted = verdict(times, step.most) if name == "airdate" else ""
    return (
        f"| {step.title} | {NAMES[name]} | {before:.2f} → {after:.2f} | {after / before:.2f} "
        f"| {before_alone:.2f} → {after_alone:.2f} | {after_alone / before_alone:.2f} | {longer:.1f} "
        f"| {wanted} |"
    )
