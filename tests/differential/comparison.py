"""Asks both sides, and demands the same of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import orjson
from graphql import GraphQLError
from structlog.testing import capture_logs

from planner.planner import Counts
from server.operations import OperationRequest
from services.viewer import Viewer
from tests.differential.cases import Case, Run
from tests.differential.steady import counted_ids, rows_made_now
from tests.differential.world import World

ASKED_AGAIN, AT_ONCE = 10, 10
PLAN_FAILED = "a plan failed; graphql-core answers instead"


class Answering(Protocol):
    async def answer(self, request: OperationRequest, viewer: Viewer) -> bytes: ...


class Difference(AssertionError):
    def __init__(self, world: World, case: Case, run: Run, *told: str) -> None:
        self.world, self.case = world, case
        super().__init__("\n\n".join([f"{case!r}\n\nin world {world.seed}, for {run.viewer}:", *told]))


@dataclass
class Tally:
    """What was asked, and what became of it."""

    counts: Counts
    """The server's, which may be older than this."""
    counted: Counter[str] = field(default_factory=Counter)
    _planned_before: int = field(init=False)
    _fell_back_before: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self._planned_before = self.counts.planned
        self._fell_back_before = Counter(self.counts.fell_back)

    def note(self, expected: bytes) -> None:
        body = orjson.loads(expected)
        self.counted["operations"] += 1
        self.counted["refused"] += "refused" in body
        self.counted["with errors"] += "errors" in body

    @property
    def planned(self) -> int:
        return self.counts.planned - self._planned_before

    @property
    def fell_back(self) -> Counter[str]:
        return self.counts.fell_back - self._fell_back_before

    @property
    def not_planned(self) -> set[str]:
        """Why some were not even tried."""
        return {reason for reason in self.fell_back if not reason.startswith("raised ")}

    @property
    def share_planned(self) -> float:
        """Of the operations that could be: those without errors."""
        could = self.counted["operations"] - self.counted["refused"] - self.counted["with errors"]
        return self.planned / max(1, could)

    def __str__(self) -> str:
        reasons = [f"{count:6} {reason}" for reason, count in self.fell_back.most_common()]
        told = ", ".join(f"{count} {what}" for what, count in self.counted.items())
        return "\n".join(
            [f"{told}; {self.planned} planned, {self.share_planned:.0%} of those without", *reasons]
        )


@asynccontextmanager
async def as_it_is(world: World) -> AsyncIterator[None]:
    """Reads leave the world alone."""
    yield


@asynccontextmanager
async def anew(world: World) -> AsyncIterator[None]:
    """For mutations: each begins with the same rows, and makes the same ids of new ones."""
    await world.load()
    with counted_ids(), rows_made_now():
        yield


async def compare(
    oracle: Answering,
    server: Answering,
    world: World,
    case: Case,
    tally: Tally,
    *,
    around: Callable[[World], AbstractAsyncContextManager[None]] = as_it_is,
) -> None:
    """`around` is entered for each side. Raises Difference."""
    for run in case.runs:
        request = OperationRequest(case.text, run.operation_name, run.variables)
        viewer = world.viewer(run.viewer)
        # Rows that no service makes provoke bugs, on both sides.
        with capture_logs():
            async with around(world):
                expected = await oracle.answer(request, viewer)
        with capture_logs() as logged:
            async with around(world):
                found = await server.answer(request, viewer)
            is_same = same(expected, found) or await _is_said_at_times(oracle, request, viewer, found)
        tally.note(expected)
        if not is_same:
            answers = f"the oracle: {expected.decode()}", f"the server: {found.decode()}"
            raise Difference(world, case, run, *answers)
        raised = [event["exc_info"] for event in logged if event["event"] == PLAN_FAILED]
        if any(not isinstance(error, GraphQLError) for error in raised) and b'"errors"' not in expected:
            raise Difference(world, case, run, f"the plan raised {raised!r}")


async def _is_said_at_times(
    oracle: Answering, request: OperationRequest, viewer: Viewer, found: bytes
) -> bool:
    """Whether the oracle, too, answers so: of errors for which the same field is null it tells the first, and
    fields race each other."""
    if "errors" not in orjson.loads(found):
        return False
    for _ in range(ASKED_AGAIN):
        answers = await asyncio.gather(*[oracle.answer(request, viewer) for _ in range(AT_ONCE)])
        if any(same(answer, found) for answer in answers):
            return True
    return False


def same(expected: bytes, found: bytes) -> bool:
    """Equal text; of answers with errors, equal text but for the order of the errors."""
    if expected == found:
        return True
    parted = _parted(expected)
    return bool(parted[1]) and parted == _parted(found)


def _parted(answer: bytes) -> tuple[bytes, list[bytes]]:
    """All but the errors as text, and each error, in an order of ours."""
    body = orjson.loads(answer)
    errors = body.pop("errors", [])
    return orjson.dumps(body), sorted(orjson.dumps(error, option=orjson.OPT_SORT_KEYS) for error in errors)
