"""What a mutation answers: its resolver makes a payload, whose objects are then read as a query's are."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, get_nullable_type
from strawberry.types.field import StrawberryField

from planner.declared import backing_of
from planner.named import GivenLevel
from planner.not_planned import NotPlanned
from planner.objects import Objects
from planner.run import Run
from planner.selecting import Selected, Selecting, origin_of

Part = Callable[[Any, Run], Awaitable[Any]]
"""Reads a payload's field, ready for JSON."""


class PayloadPlan:
    """How a payload is read. Its objects are there for certain: nobody asks again who may see them."""

    def __init__(self, parts: Sequence[tuple[str, Part]], levels: Sequence[GivenLevel]) -> None:
        self._parts, self.levels = parts, levels

    async def data(self, payload: Any, run: Run) -> dict[str, Any]:
        """Raises whatever cannot be answered so; the payload can still be completed by graphql-core."""
        return {key: await part(payload, run) for key, part in self._parts}


def payload_plan(selected: Selected, objects: Objects, selecting: Selecting) -> PayloadPlan:
    """Of a mutation's field. Raises NotPlanned."""
    type_ = get_nullable_type(selected.field.type)
    if not isinstance(type_, GraphQLObjectType):
        raise NotPlanned(f"{selected} answers no payload")
    levels: list[GivenLevel] = []
    parts = [
        (each.key, _part(each, objects, selecting, levels)) for each in selecting.of(type_, selected.details)
    ]
    return PayloadPlan(parts, levels)


def _part(selected: Selected, objects: Objects, selecting: Selecting, levels: list[GivenLevel]) -> Part:
    if selected.name == "__typename":
        return _constant(selected.parent.name)
    definition = selected.definition
    if not definition.is_basic_field:
        raise NotPlanned(f"{selected} has a resolver")
    type_: Any = get_nullable_type(selected.field.type)
    is_list = isinstance(type_, GraphQLList)
    backing = backing_of(origin_of(get_nullable_type(type_.of_type) if is_list else type_))
    if backing is None:
        return _plain(definition, selecting.reader(selected.field.type, selected))
    level = GivenLevel(backing.model, objects.statements, str(selected))
    level.each(objects.own(level, type_.of_type if is_list else type_, selected))
    level.settle()
    levels.append(level)
    return _rows(definition, level, is_list=is_list)


def _constant(value: str) -> Part:
    async def part(payload: Any, run: Run) -> Any:
        return value

    return part


def _plain(definition: StrawberryField, read: Callable[[Any], Any]) -> Part:
    async def part(payload: Any, run: Run) -> Any:
        return read(getattr(payload, definition.python_name))

    return part


def _rows(definition: StrawberryField, level: GivenLevel, *, is_list: bool) -> Part:
    async def part(payload: Any, run: Run) -> Any:
        found = getattr(payload, definition.python_name)
        if found is None:
            return None
        rows = [each.row for each in (found if is_list else [found])]
        loaded = level.at_hand(rows)
        if loaded is None:
            loaded = await run.load(partial(level.load_rows, run, rows))
        answers = level.answers(loaded, run)
        return list(answers) if is_list else answers[0]

    return part
