"""Objects of backed types, made of their row alone."""

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, Generic, Self, TypeVar

from strawberry.types.base import get_object_definition
from tortoise.models import Model

from planner.declared import backing_of

Row = TypeVar("Row", bound=Model)


class OfRow(Generic[Row]):
    """A backed type's base: what an object was not given is read from its row, as the declaration says, when
    it is asked for. Most of a row never is."""

    row: Row

    @classmethod
    def from_row(cls, row: Row) -> Self:
        made = cls.__new__(cls)
        made.row = row
        return made

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        cls: Any = type(self)
        read = _readers(cls).get(name)
        if read is None:
            raise AttributeError(f"{cls.__name__} has no attribute {name}")
        value = read(self.row)
        setattr(self, name, value)
        return value


@cache
def _readers(cls: type) -> Mapping[str, Callable[[Any], Any]]:
    backing, definition = backing_of(cls), get_object_definition(cls)
    if backing is None or definition is None:
        raise TypeError(f"{cls.__name__} is backed by no table")
    readers: dict[str, Callable[[Any], Any]] = {}
    for field in definition.fields:
        if field.is_basic_field:
            if hasattr(cls, field.python_name):
                raise TypeError(
                    f"{cls.__name__} has a default for {field.python_name}, which would hide its row's"
                )
            readers[field.python_name] = attrgetter(field.python_name)
    if backing.identity is not None:
        write = backing.identity(definition.name)
        readers["id"] = lambda row: write(row.pk)
    for name, computed in backing.computed.items():
        if computed.of is not None:
            readers[name] = computed.of
    return readers
