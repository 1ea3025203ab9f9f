from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """What was made, by what it was made of; the longest unused goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def get_or_make(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """What `make` raises is raised, and nothing is kept."""
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        made = make(key)
        self._made[key] = made
        if len(self._made) > self._most:
            self._made.popitem(last=False)
        return made
