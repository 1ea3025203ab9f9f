"""A plan: what a document's operation reads, compiled once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from planner.objects import Objects
from planner.roots import Root, root_of
from planner.run import Run
from planner.selecting import Selecting


@dataclass(frozen=True, slots=True)
class Plan:
    roots: Sequence[Root]

    async def data(self, run: Run) -> dict[str, Any]:
        """A result's `data`, ready for JSON. Raises whatever cannot be answered so; nothing was changed."""
        answers = [(root.key, await root.load(run)) for root in self.roots]
        if run.awaited:
            made = await asyncio.gather(*[make() for _, make in run.awaited])
            for (values, _), found in zip(run.awaited, made, strict=True):
                values.extend(found)
        return {key: answer() for key, answer in answers}

    async def payload(self, run: Run) -> bytes:
        """The result as JSON."""
        return orjson.dumps({"data": await self.data(run)})


def plan_of(selecting: Selecting, viewer: Any, placeholder: Any) -> Plan:
    """The plan of a query, for one kind of viewer. Raises NotPlanned."""
    root = selecting.schema.query_type
    if root is None:
        raise TypeError("a schema has a query type")
    objects = Objects(selecting, viewer, placeholder)
    return Plan([root_of(each, objects, selecting) for each in selecting.of_root(root)])
