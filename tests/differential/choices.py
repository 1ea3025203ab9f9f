"""Draws of hypothesis, in few words. What comes first is the simplest, to which failures are shrunk."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

Value = TypeVar("Value")


@cache
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


class Choices:
    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw

    def chance(self, one_in: int) -> bool:
        """True once in so many."""
        return self.number(one_in) == one_in - 1

    def number(self, count: int) -> int:
        """From 0 to count - 1."""
        return int(self._draw(_below(count)))

    def between(self, least: int, most: int) -> int:
        return least + self.number(most - least + 1)

    def one_of(self, options: Sequence[Value]) -> Value:
        return options[self.number(len(options))]
