"""The fields of a query, each with the levels that answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_nullable_type

from planner.declared import AnyOne, One, ToMany, backing_of, declared_of
from planner.levels.chain import Loaded
from planner.levels.level import Level
from planner.levels.lists import ListLevel
from planner.levels.named import OneLevel
from planner.levels.objects import Objects
from planner.not_planned import NotPlanned
from planner.run import Run
from planner.selection.selecting import Selected, Selecting, origin_of
from planner.sql.tables import key_of
from planner.values.arguments import ArgumentReader

Answer = Callable[[], Any]
"""Makes what was loaded ready for JSON, once all that is awaited is there."""


@dataclass(frozen=True, slots=True)
class Root:
    """A field of a query: `load` carries out its statements."""

    key: str
    load: Callable[[Run], Awaitable[Answer]]
    levels: tuple[Level, ...] = ()
    reached: Callable[[Run], tuple[Level, ...]] | None = None
    """Which of them a run reads, where not all."""
    constant: str | None = None
    """The answer, where it is always the same."""


def root_of(selected: Selected, objects: Objects, selecting: Selecting) -> Root:
    """How a query's field is answered. Raises NotPlanned."""
    if selected.name == "__typename":
        return _constant(selected)
    declared = declared_of(selected.definition)
    if isinstance(declared, ToMany) and declared.link is None:
        return _list(selected, objects.list_of(declared, selected))
    arguments = ArgumentReader(selecting.schema, selected.field, selected.details[0].node)
    if isinstance(declared, One):
        return _one(selected, declared, arguments, objects)
    if isinstance(declared, AnyOne):
        return _any_one(selected, declared, arguments, objects, selecting)
    raise NotPlanned(f"{selected} says not what it stands on")


def _constant(selected: Selected) -> Root:
    async def load(run: Run) -> Answer:
        return lambda: selected.parent.name

    return Root(selected.key, load, constant=selected.parent.name)


def _list(selected: Selected, level: ListLevel) -> Root:
    async def load(run: Run) -> Answer:
        loaded = await level.load(run, [True])
        return lambda: level.answers(loaded, run)[0]

    return Root(selected.key, load, (level,))


def _one(selected: Selected, declared: One, arguments: ArgumentReader, objects: Objects) -> Root:
    named = get_nullable_type(selected.field.type)
    level = _level_of(named, selected, objects, is_viewer=declared.is_viewer)
    by = declared.by
    if declared.is_viewer:
        level.by = lambda run: {key_of(level.model): run.viewer}
    elif by is not None:
        level.by = lambda run: by(**arguments.read(run.variables))

    async def load(run: Run) -> Answer:
        loaded = await level.find(run)
        return lambda: _first(level, loaded, run)

    return Root(selected.key, load, (level,))


def _any_one(
    selected: Selected,
    declared: AnyOne,
    arguments: ArgumentReader,
    objects: Objects,
    selecting: Selecting,
) -> Root:
    interface = get_nullable_type(selected.field.type)
    if not isinstance(interface, GraphQLInterfaceType):
        raise NotPlanned(f"{selected} is of no interface")
    levels: dict[str, OneLevel | NotPlanned] = {}
    for possible in selecting.schema.get_possible_types(interface):
        try:
            level = _level_of(possible, selected, objects)
            level.by = partial(_by_key, key_of(level.model), declared, arguments)
            levels[possible.name] = level
        except NotPlanned as reason:
            levels[possible.name] = reason

    def reached(run: Run) -> OneLevel:
        level = levels[declared.by(**arguments.read(run.variables))[0]]
        if isinstance(level, NotPlanned):
            raise NotPlanned(str(level))
        return level

    async def load(run: Run) -> Answer:
        level = reached(run)
        loaded = await level.find(run)
        return lambda: _first(level, loaded, run)

    planned = tuple(each for each in levels.values() if isinstance(each, OneLevel))
    return Root(selected.key, load, planned, lambda run: (reached(run),))


def _by_key(key: str, declared: AnyOne, arguments: ArgumentReader, run: Run) -> dict[str, Any]:
    return {key: declared.by(**arguments.read(run.variables))[1]}


def _level_of(type_: Any, selected: Selected, objects: Objects, *, is_viewer: bool = False) -> OneLevel:
    backing = backing_of(origin_of(type_)) if isinstance(type_, GraphQLObjectType) else None
    if backing is None:
        raise NotPlanned(f"{type_.name} says not what it stands on")
    where = backing.visible(objects.viewer) if backing.visible else None
    level = OneLevel(
        backing.model, where, objects.statements, f"{selected}: {type_.name}", is_viewer=is_viewer
    )
    level.usual = backing.usually(objects.viewer) if backing.usually else None
    level.each(objects.own(level, type_, selected))
    return level


def _first(level: OneLevel, loaded: Loaded, run: Run) -> Any:
    return next(iter(level.answers(loaded, run)), None)
