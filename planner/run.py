import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql.execution.values import VariableValues

Loaded = TypeVar("Loaded")
Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Carries out a statement: its rows, whose values stand in the order of its columns."""
Connect = Callable[[], AbstractAsyncContextManager[Fetch]]
"""Takes a connection for several statements."""


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
    connect: Connect
    information: Information
    fetch: Fetch = field(init=False)
    """While there is a connection."""
    awaited: list[tuple[list[Any], Callable[[], Awaitable[list[Any]]]]] = field(default_factory=list)
    """Values that are made when every statement has been carried out, all at once; and where they go. What
    they need of the database is read by connections of their own: waiting for one while holding another could
    last for ever."""

    async def load(self, statements: Callable[[], Awaitable[Loaded]]) -> Loaded:
        """Carry out statements, by one connection, and then what is awaited."""
        # Of a load that failed there may be some left.
        self.awaited = []
        async with self.connect() as self.fetch:
            loaded = await statements()
        await self._finish()
        return loaded

    async def _finish(self) -> None:
        if not self.awaited:
            return
        waiting, self.awaited = self.awaited, []
        made = await asyncio.gather(*[make() for _, make in waiting])
        for (values, _), found in zip(waiting, made, strict=True):
            values.extend(found)
