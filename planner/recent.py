from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """What was made, by what it was made of, up to a weight; the longest unused goes."""

    def __init__(
        self,
        most: int,
        heaviest: int | None = None,
        weight_of: Callable[[Key, Value], int] = lambda key, value: 1,
    ) -> None:
        """Each weighs 1 where nothing else is said. What alone weighs more than `heaviest`, which is at most
        `most`, is not kept."""
        self._most, self._weight_of = most, weight_of
        self._heaviest = most if heaviest is None else heaviest
        self._made: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.weight = 0
        """Of all that is kept."""

    def __len__(self) -> int:
        return len(self._made)

    def get_or_make(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """What `make` raises is raised, and nothing is kept."""
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key][0]
        made = make(key)
        weight = self._weight_of(key, made)
        if weight <= self._heaviest:
            self._made[key] = made, weight
            self.weight += weight
        while self.weight > self._most:
            _, (_, oldest) = self._made.popitem(last=False)
            self.weight -= oldest
        return made
