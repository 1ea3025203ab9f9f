"""The plan of a query: what a document's operation reads, compiled once."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson

from planner.levels.objects import Objects
from planner.roots import Answer, Root, root_of
from planner.run import Run
from planner.selection.selecting import Selecting


class Plan:
    def __init__(self, roots: Sequence[Root]) -> None:
        self.roots = roots
        names = {root.key: root.constant for root in roots}
        self._always = None if None in names.values() else orjson.dumps({"data": names})

    async def data(self, run: Run) -> dict[str, Any]:
        """A result's `data`, ready for JSON. Raises whatever cannot be answered so; nothing was changed."""
        answers = await run.load(partial(self.load, run))
        return {key: answer() for key, answer in answers}

    async def load(self, run: Run) -> list[tuple[str, Answer]]:
        """Carry out the statements, over the connection that the run has."""
        return [(root.key, await root.load(run)) for root in self.roots]

    async def payload(self, run: Run) -> bytes:
        """The result as JSON."""
        return self._always or orjson.dumps({"data": await self.data(run)})


def plan_of(selecting: Selecting, viewer: Any, placeholder: Any) -> Plan:
    """The plan of a query, for one kind of viewer. Raises NotPlanned."""
    root = selecting.schema.query_type
    if root is None:
        raise TypeError("a schema has a query type")
    objects = Objects(selecting, viewer, placeholder)
    plan = Plan([root_of(each, objects, selecting) for each in selecting.of_root(root)])
    for each in plan.roots:
        for level in each.levels:
            level.settle()
    return plan
