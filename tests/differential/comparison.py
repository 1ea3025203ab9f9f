"""Asks both sides, and demands the same of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

import orjson
from structlog.testing import capture_logs

from server.operations import OperationRequest
from services.viewer import Viewer
from tests.differential.cases import Case, Run
from tests.differential.world import World


class Answering(Protocol):
    async def answer(self, request: OperationRequest, viewer: Viewer) -> bytes: ...


class Difference(AssertionError):
    def __init__(self, world: World, case: Case, run: Run, expected: bytes, found: bytes) -> None:
        self.world, self.case = world, case
        # The shortest document is shrunk to, so both answers fit on a page.
        super().__init__(
            f"{run}\n\nthe oracle: {expected.decode()}\n\nthe server: {found.decode()}\n\nin world {world.seed}"
        )


@dataclass
class Tally:
    """What was asked, and what became of it."""

    counted: Counter[str] = field(default_factory=Counter)

    def note(self, expected: bytes) -> None:
        body = orjson.loads(expected)
        self.counted["operations"] += 1
        self.counted["refused"] += "refused" in body
        self.counted["with errors"] += "errors" in body


async def compare(oracle: Answering, server: Answering, world: World, case: Case, tally: Tally) -> None:
    """Raises Difference."""
    for run in case.runs:
        request = OperationRequest(case.text, run.operation_name, run.variables)
        viewer = world.viewer(run.viewer)
        # Bugs are logged: those that the rows provoke, on both sides.
        with capture_logs():
            expected = await oracle.answer(request, viewer)
            found = await server.answer(request, viewer)
        tally.note(expected)
        if not same(expected, found):
            raise Difference(world, case, run, expected, found)


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
