"""Objects of backed types, as expressions over a level's rows; see Level."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
)
from tortoise.models import Model

from planner.declared import Backing, Computed, Pages, ToMany, ToOne, backing_of, declared_of
from planner.levels.columns import attribute_expression, field_expression
from planner.levels.connection_words import connection_code
from planner.levels.connections import ConnectionLevel
from planner.levels.level import TABLE, Awaited, Called, Child, Join, Level
from planner.levels.lists import PlainListLevel
from planner.not_planned import NotPlanned
from planner.selection.selecting import Selected, Selecting, origin_of
from planner.sql.statements import Statements
from planner.sql.tables import foreign_key, key_of
from planner.values.arguments import ArgumentReader


@dataclass(frozen=True, slots=True)
class Spot:
    """A row of a level's: its own, or one joined to it."""

    level: Level
    alias: str
    backing: Backing

    @property
    def model(self) -> type[Model]:
        return self.backing.model

    def key(self) -> int:
        """The primary key's place in a row."""
        return self.level.column(self.alias, self.model, key_of(self.model))


class Objects:
    """Makes expressions and levels of what is selected, for one kind of viewer."""

    def __init__(self, selecting: Selecting, viewer: Any, placeholder: Any) -> None:
        self._selecting, self.viewer = selecting, viewer
        self.statements = Statements(placeholder)

    def object(self, spot: Spot, type_: GraphQLObjectType, selected: Sequence[Selected]) -> str:
        """The display of a dictionary."""
        entries = [f"{each.key!r}: {self.value(spot, type_, each)}" for each in selected]
        return f"{{{', '.join(entries)}}}"

    def own(self, level: Level, type_: GraphQLOutputType, selected: Selected) -> str:
        """The object of each of the level's own rows."""
        named = backed_type(type_, level.model, selected)
        spot = Spot(level, TABLE, _backing(named))
        return self.object(spot, named, self._selecting.of(named, selected.details))

    def value(self, spot: Spot, type_: GraphQLObjectType, selected: Selected) -> str:
        """An expression of a field's value. Raises NotPlanned."""
        if selected.name == "__typename":
            return repr(type_.name)
        definition = selected.definition
        declared = declared_of(definition)
        if isinstance(declared, ToOne):
            return self._to_one(spot, declared, selected)
        if isinstance(declared, ToMany):
            return self._to_many(spot, declared, selected)
        if isinstance(declared, Computed):
            return self._computed(spot, declared, selected, declared.of or _resolver_as_function(selected))
        if declared is None and definition.is_basic_field:
            return self._attribute(spot, type_, selected)
        raise NotPlanned(f"{selected} says not what it stands on")

    def _attribute(self, spot: Spot, type_: GraphQLObjectType, selected: Selected) -> str:
        name, backing = selected.definition.python_name, spot.backing
        if name in backing.computed:
            of = backing.computed[name].of
            if of is None:
                raise TypeError(f"{selected} has neither a resolver nor a function")
            return self._computed(spot, backing.computed[name], selected, lambda row, info: of(row))
        if name == "id" and backing.identity is not None:
            return f"{spot.level.name(backing.identity(type_.name))}(r[{spot.key()}])"
        return field_expression(spot.level, spot.alias, spot.model, name, selected.field.type)

    def _to_one(self, spot: Spot, declared: ToOne, selected: Selected) -> str:
        type_: Any = get_nullable_type(selected.field.type)
        if isinstance(selected.field.type, GraphQLNonNull) and not declared.always:
            raise NotPlanned(f"{selected} may be null")
        if declared.column is not None and is_leaf_type(type_):
            joined, model = self._joined(spot, declared, None)
            return field_expression(spot.level, joined, model, declared.column, type_)
        model = declared.model or foreign_key(spot.model, declared.relation or "")[0]
        named = backed_type(type_, model, selected)
        joined, _ = self._joined(spot, declared, _backing(named))
        target = Spot(spot.level, joined, _backing(named))
        made = self.object(target, named, self._selecting.of(named, selected.details))
        return f"(None if r[{target.key()}] is None else {made})"

    def _joined(self, spot: Spot, declared: ToOne, backing: Backing | None) -> tuple[str, type[Model]]:
        """The alias of the joined row, and its table."""
        if declared.relation is not None:
            model, on = foreign_key(spot.model, declared.relation)
        elif declared.model is not None:
            model, on = declared.model, dict(declared.on)
        else:
            raise TypeError("a relation is named by a foreign key or by a model")
        where = declared.where(self.viewer) if declared.where else None
        if backing is not None and backing.visible is not None and not declared.always:
            visible = backing.visible(self.viewer)
            where = visible if where is None else where & visible
        alias = f"t{len(spot.level.joins) + 1}"
        join = Join(model, alias, spot.alias, tuple(on.items()), spot.model, where, declared)
        return spot.level.join(join), model

    def _to_many(self, spot: Spot, declared: ToMany, selected: Selected) -> str:
        level = spot.level
        level.children.append(Child(self.list_of(declared, selected), spot.key()))
        return f"c[{len(level.children) - 1}]"

    def list_of(self, declared: ToMany, selected: Selected) -> ConnectionLevel | PlainListLevel:
        """The level of a list."""
        if declared.pages is not None:
            return self._connection(declared, declared.pages, selected)
        if selected.definition.arguments or declared.chosen is not None:
            raise NotPlanned(f"{selected} is a list with arguments")
        return self._plain_list(declared, selected)

    def _plain_list(self, declared: ToMany, selected: Selected) -> PlainListLevel:
        """The level of all rows of each parent."""
        listed = get_nullable_type(selected.field.type)
        if not isinstance(listed, GraphQLList):
            raise NotPlanned(f"{selected} is no list")
        level = PlainListLevel(declared, self.viewer, self.statements, str(selected))
        level.each(self.own(level, listed.of_type, selected))
        return level

    def _connection(self, declared: ToMany, pages: Pages, selected: Selected) -> ConnectionLevel:
        """The level of a page of each parent's rows."""
        connection = get_nullable_type(selected.field.type)
        if not isinstance(connection, GraphQLObjectType):
            raise NotPlanned(f"{selected} is no connection")
        arguments = ArgumentReader(self._selecting.schema, selected.field, selected.details[0].node)
        level = ConnectionLevel(declared, pages, arguments, self.viewer, self.statements, str(selected))
        connection_code(level, connection, self._selecting, selected, self.own)
        return level

    def _computed(
        self, spot: Spot, declared: Computed, selected: Selected, of: Callable[[Any, Any], Any]
    ) -> str:
        if selected.definition.arguments:
            raise NotPlanned(f"{selected} has arguments")
        read = self._selecting.reader(selected.field.type, selected)
        row = self._row(spot, declared.columns)
        level = spot.level
        is_awaited = inspect.iscoroutinefunction(of)
        level.called.append(Called(str(selected), declared.columns, is_awaited))
        if is_awaited:
            key = None if spot.alias == TABLE else spot.key()
            level.awaited.append(_awaited(level, row, of, read, key))
            return f"a[{len(level.awaited) - 1}]"
        return f"{level.name(read)}({level.name(of)}({row}, info))"

    def _row(self, spot: Spot, columns: Sequence[str]) -> str:
        """A row with these attributes alone."""
        own = [name for name in columns if "." not in name]
        parts = [f"{name}={attribute_expression(spot.level, spot.alias, spot.model, name)}" for name in own]
        relations: dict[str, list[str]] = {}
        for name in columns:
            relation, _, column = name.rpartition(".")
            if relation:
                relations.setdefault(relation, []).append(column)
        for relation, names in relations.items():
            parts.append(f"{relation}={self._joined_row(spot, relation, names)}")
        return f"{spot.level.name(SimpleNamespace)}({', '.join(parts)})"

    def _joined_row(self, spot: Spot, relation: str, names: Sequence[str]) -> str:
        alias, model = self._joined(spot, spot.backing.joins[relation], None)
        parts = [f"{name}={attribute_expression(spot.level, alias, model, name)}" for name in names]
        key = spot.level.column(alias, model, key_of(model))
        return f"(None if r[{key}] is None else {spot.level.name(SimpleNamespace)}({', '.join(parts)}))"


def _resolver_as_function(selected: Selected) -> Callable[..., Any]:
    """The resolver as a function of a row and an `info`, awaited if it is."""
    resolver = selected.definition.base_resolver
    if resolver is None:
        raise TypeError(f"{selected} has no resolver")
    function: Any = resolver.wrapped_func
    information = resolver.info_parameter

    def arguments(info: Any) -> dict[str, Any]:
        return {} if information is None else {information.name: info}

    async def awaited(row: Any, info: Any) -> Any:
        return await function(SimpleNamespace(row=row), **arguments(info))

    def at_once(row: Any, info: Any) -> Any:
        return function(SimpleNamespace(row=row), **arguments(info))

    return awaited if inspect.iscoroutinefunction(function) else at_once


def _awaited(level: Level, row: str, of: Callable[..., Any], read: Any, key: int | None) -> Awaited:
    """One call for each row that is there, all at once, so that what they load is loaded together."""
    is_there = "True" if key is None else f"r[{key}] is not None"
    expression = f"{row} if {is_there} else None"

    @cache
    def rows_function() -> Callable[[Sequence[Any]], list[Any]]:
        """Made when all of the level is known."""
        return level.rows_function(expression)

    async def values(rows: Sequence[Any], info: Any) -> list[Any]:
        found = rows_function()(rows)
        made = iter(await asyncio.gather(*[of(each, info) for each in found if each is not None]))
        return [None if each is None else read(next(made)) for each in found]

    return Awaited(values)


def backed_type(type_: GraphQLOutputType, model: type[Model], selected: Selected) -> GraphQLObjectType:
    """The object type, which must stand on that table."""
    named = get_nullable_type(type_)
    if not isinstance(named, GraphQLObjectType):
        raise NotPlanned(f"{selected} is of an abstract type")
    if _backing(named).model is not model:
        raise NotPlanned(f"{selected} is of a type that stands on another table")
    return named


def _backing(type_: GraphQLObjectType) -> Backing:
    backing = backing_of(origin_of(type_))
    if backing is None:
        raise NotPlanned(f"{type_.name} says not what it stands on")
    return backing
