"""The queue that events of the outside world arrive by; each message at least once, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class QueuedMessage:
    """`receipt` stands for this one delivery; `times_received` counts it."""

    id: str
    body: str
    receipt: str
    times_received: int


class QueueProblem(StrEnum):
    MISSING = "MISSING"
    DENIED = "DENIED"
    UNREACHABLE = "UNREACHABLE"


class QueueUnusable(Exception):
    """The queue did not do what was asked; the text says why, for whoever runs the server."""

    def __init__(self, problem: QueueProblem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class EventQueue(Protocol):
    """Every method raises QueueUnusable."""

    async def receive(self, *, hidden_seconds: int) -> Sequence[QueuedMessage]:
        """Up to ten messages, waiting up to twenty seconds for the first; nobody else is given them for
        `hidden_seconds`."""
        ...

    async def hide(self, message: QueuedMessage, *, seconds: int) -> None:
        """Hide it for so long from now on; 0 gives it to whoever asks next. Does nothing for one that was
        deleted or came back meanwhile."""
        ...

    async def delete(self, message: QueuedMessage) -> None:
        """Idempotent."""
        ...

    async def check(self) -> None:
        """Ask whether the queue is there and ours."""
        ...
