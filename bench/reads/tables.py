"""What was found, as Markdown: a table for each case, and whether the goals were met."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from cases import Case
from measuring import Outcome
from servers import NAMES, NODE

Found = Mapping[str, Sequence[Outcome]]
BARE = "bare ASGI"
RATE, CPU = "per_second", "cpu_us"
HEAD = (
    "| server | req/s | to the limit | to the best Node | CPU µs/request | to the limit's | PostgreSQL's µs "
    "| p50 / p99 ms | RSS MiB | body bytes | load's core |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Goal:
    """`what` of Airdate is to be this to that of `other`; at least, or at most."""

    case: str
    what: str
    other: str
    wanted: float
    is_most: bool = False

    def told(self, found: Found) -> str | None:
        """A row of the goals' table; None where the other was not measured."""
        other = best_node(found) if self.other == "node" else self.other
        if other is None or not found.get(other) or not found.get("airdate"):
            return None
        reached = ratio(found, "airdate", other, self.what)
        words = "CPU a request" if self.what == CPU else "req/s"
        name = BARE if self.case == "q3" and other == "limit" else NAMES[other]
        return f"| {words}, to {name} | {reached:.2f} | {verdict(reached, self.wanted, self.is_most)} |"


GOALS = (
    Goal("q2", RATE, "limit", 0.85),
    Goal("q2", CPU, "limit", 1.2, is_most=True),
    Goal("q2", RATE, "node", 2),
    Goal("q2", RATE, "strawberry", 15),
    Goal("q1", RATE, "limit", 0.85),
    Goal("q1", RATE, "node", 2),
    Goal("m1", RATE, "limit", 0.8),
    Goal("m1", RATE, "mercurius", 0.9),
    Goal("q3", RATE, "limit", 0.6),
)
MOST_TAIL, MOST_MIB = 3.0, 110.0


def verdict(reached: float, wanted: float, is_most: bool = True) -> str:
    is_met = reached <= wanted if is_most else reached >= wanted
    told = "met" if is_met else f"missed: {reached / wanted:.2f} of it"
    return f"{'≤' if is_most else '≥'} {wanted:g}: {told}"


def middle(outcomes: Sequence[Outcome], name: str) -> float:
    return float(median(getattr(outcome, name) for outcome in outcomes))


def ratio(found: Found, one: str, other: str, name: str) -> float:
    """The median of each round's own: what slowed the machine in a round slowed both."""
    pairs = zip(found[one], found[other], strict=False)
    return float(median(getattr(first, name) / getattr(second, name) for first, second in pairs))


def best_node(found: Found) -> str | None:
    there = [name for name in NODE if found.get(name)]
    return max(there, key=lambda name: middle(found[name], RATE), default=None)


def tell_case(case: Case, found: Found, limit_reads: str) -> None:
    print(f"\n### {case.title}\n\n{HEAD}")
    best = best_node(found)
    for name, outcomes in found.items():
        if outcomes:
            print(row_of(case, name, outcomes, found, best))
    if "limit" in found and case.name != "q3":
        print(f"\nThe hand-written server looks up who a token is in {limit_reads_told(limit_reads)}.")
    tell_goals(case, found)
    sys.stdout.flush()


def limit_reads_told(limit_reads: str) -> str:
    return "its memory" if limit_reads == "memory" else "the database, for each request"


def row_of(case: Case, name: str, outcomes: Sequence[Outcome], found: Found, best: str | None) -> str:
    told = BARE if case.name == "q3" and name == "limit" else NAMES[name]
    to_limit = f"{ratio(found, name, 'limit', RATE):.2f}" if found.get("limit") else ""
    to_limit_cpu = f"{ratio(found, name, 'limit', CPU):.2f}" if found.get("limit") else ""
    to_best = f"{ratio(found, name, best, RATE):.2f}" if best else ""
    p50, p99 = middle(outcomes, "p50_ms"), middle(outcomes, "p99_ms")
    return (
        f"| {told} | {middle(outcomes, RATE):,.0f} | {to_limit} | {to_best} | {middle(outcomes, CPU):,.0f} "
        f"| {to_limit_cpu} | {middle(outcomes, 'postgres_us'):,.0f} | {p50:.1f} / {p99:.1f} "
        f"| {middle(outcomes, 'resident_mib'):.0f} | {middle(outcomes, 'body_bytes'):,.0f} "
        f"| {middle(outcomes, 'busy'):.0%}, of which the load {load_part(outcomes):.0%} |"
    )


def load_part(outcomes: Sequence[Outcome]) -> float:
    return median(outcome.load_us * outcome.per_second / 1e6 for outcome in outcomes)


def tell_goals(case: Case, found: Found) -> None:
    rows = [told for goal in GOALS if goal.case == case.name and (told := goal.told(found))]
    if ours := found.get("airdate"):
        for words, reached, wanted in (
            ("p99 / p50", middle(ours, "tail"), MOST_TAIL),
            ("RSS MiB", middle(ours, "resident_mib"), MOST_MIB),
        ):
            rows.append(f"| {words} | {reached:.1f} | {verdict(reached, wanted)} |")
    if rows:
        print("\n| Airdate's | reached | wanted |\n|---|---|---|")
        print("\n".join(rows))
