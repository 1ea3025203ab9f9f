import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql.execution.values import VariableValues

Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Carries out a statement: its rows, whose values stand in the order of its columns."""


@dataclass(slots=True)
class Information:
    """What a computed field's resolver may ask of its `info`."""

    context: Any


@dataclass(slots=True)
class Run:
    """One execution of a plan."""

    viewer: Any
    """What the placeholder stands for."""
    variables: VariableValues
    fetch: Fetch
    information: Information
    awaited: list[tuple[list[Any], Callable[[], Awaitable[list[Any]]]]] = field(default_factory=list)
    """Values that are made when every statement has been carried out, all at once; and where they go."""

    async def finish(self) -> None:
        """Make what is awaited."""
        if not self.awaited:
            return
        waiting, self.awaited = self.awaited, []
        made = await asyncio.gather(*[make() for _, make in waiting])
        for (values, _), found in zip(waiting, made, strict=True):
            values.extend(found)
