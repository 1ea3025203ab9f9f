"""What a mutation answers: its resolver makes a payload, whose objects are then read as a query's are."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from planner.declared import Backing, backing_of
from planner.levels.named import GivenLevel
from planner.levels.objects import Objects
from planner.needed import Needed
from planner.not_planned import NotPlanned
from planner.run import Run
from planner.selection.selecting import Selected, Selecting, origin_of
from planner.sql.tables import key_of

Part = Callable[[Any, Run], Awaitable[Any]]
"""Reads a payload's field, ready for JSON."""


class PayloadPlan:
    """How a payload is read. Its objects are there for certain: nobody asks again who may see them."""

    def __init__(
        self, origin: type | None, parts: Sequence[tuple[str, Part]], levels: Sequence[GivenLevel]
    ) -> None:
        self._origin, self._parts, self.levels = origin, parts, levels
        self.needed: Needed = {}
        """What is read of the rows; a table that is not among it is needed whole."""

    async def data(self, payload: Any, run: Run) -> dict[str, Any]:
        """Raises whatever cannot be answered so; the payload can still be completed by graphql-core."""
        if type(payload) is not self._origin or hasattr(payload, TYPE_CAST_ATTRIBUTE):
            raise NotPlanned("a payload of another class")
        return {key: await part(payload, run) for key, part in self._parts}


def payload_plan(selected: Selected, objects: Objects, selecting: Selecting) -> PayloadPlan:
    """Of a mutation's field. Raises NotPlanned."""
    type_ = get_nullable_type(selected.field.type)
    if not isinstance(type_, GraphQLObjectType):
        raise NotPlanned(f"{selected} answers no payload")
    levels: list[GivenLevel] = []
    fields = selecting.of(type_, selected.details)
    parts = [(each.key, _part(each, objects, selecting, levels)) for each in fields]
    others = [each.field for each in fields if each.name != "__typename" and not _backing(each)]
    plan = PayloadPlan(origin_of(type_), parts, levels)
    if not any(_leads_to_rows(field.type, set()) for field in others):
        plan.needed = _needed_of(levels)
    return plan


def _needed_of(levels: Sequence[GivenLevel]) -> Needed:
    needed: dict[type[Model], tuple[str, ...]] = {}
    for model in {level.model for level in levels}:
        read = [level for level in levels if level.model is model]
        if all(level.is_told_by_rows for level in read):
            names = {key_of(model), *(name for level in read for name in level.own_columns)}
            needed[model] = tuple(name for name in model._meta.fields_db_projection if name in names)
    return needed


def _leads_to_rows(type_: Any, seen: set[str]) -> bool:
    """Whether an object of that type may hold rows, which are read as its other attributes are."""
    named = get_named_type(type_)
    if is_leaf_type(named) or named.name in seen:
        return False
    seen.add(named.name)
    if not isinstance(named, GraphQLObjectType) or backing_of(origin_of(named)) is not None:
        return True
    return any(_leads_to_rows(field.type, seen) for field in named.fields.values())


def _part(selected: Selected, objects: Objects, selecting: Selecting, levels: list[GivenLevel]) -> Part:
    if selected.name == "__typename":
        return _constant(selected.parent.name)
    definition = selected.definition
    if not definition.is_basic_field:
        raise NotPlanned(f"{selected} has a resolver")
    type_: Any = get_nullable_type(selected.field.type)
    is_list = isinstance(type_, GraphQLList)
    backing = _backing(selected)
    if backing is None:
        return _plain(definition, selecting.reader(selected.field.type, selected))
    level = GivenLevel(backing.model, objects.statements, str(selected))
    level.each(objects.own(level, type_.of_type if is_list else type_, selected))
    level.settle()
    levels.append(level)
    return _rows(definition, level, is_list=is_list)


def _backing(selected: Selected) -> Backing | None:
    """That of a field of rows, or of one."""
    type_: Any = get_nullable_type(selected.field.type)
    return backing_of(
        origin_of(get_nullable_type(type_.of_type) if isinstance(type_, GraphQLList) else type_)
    )


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
        answers = level.told_by_rows(rows, run)
        if answers is None:
            loaded = await run.load(partial(level.load_rows, run, rows))
            answers = level.answers(loaded, run)
        return list(answers) if is_list else answers[0]

    return part
