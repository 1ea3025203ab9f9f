"""How a column's value becomes a field's, or an attribute of the row that a computed field sees."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    get_nullable_type,
)
from strawberry.types.scalar import ScalarDefinition
from tortoise import fields
from tortoise.fields.base import Field
from tortoise.fields.data import CharEnumFieldInstance, IntEnumFieldInstance
from tortoise.models import Model

from planner.levels.level import Level
from planner.not_planned import NotPlanned
from planner.selection.attributes import DEFINITION
from planner.sql.tables import field_of

# What PostgreSQL's value of such a field is, in Python, is that of the scalar, and orjson writes it as
# Strawberry's scalar does: moments in RFC 3339 with the offset that they have.
AS_IT_IS: dict[object, tuple[type[Field[Any]], ...]] = {
    GraphQLString: (fields.CharField, fields.TextField),
    GraphQLID: (fields.CharField, fields.UUIDField),
    GraphQLBoolean: (fields.BooleanField,),
    GraphQLInt: (fields.IntField, fields.SmallIntField),
    GraphQLFloat: (fields.FloatField,),
}
ORIGINS_AS_THEY_ARE: dict[object, tuple[type[Field[Any]], ...]] = {
    datetime: (fields.DatetimeField,),
    UUID: (fields.UUIDField,),
}
ENUMS = (CharEnumFieldInstance, IntEnumFieldInstance)


def field_expression(
    level: Level, alias: str, model: type[Model], name: str, type_: GraphQLOutputType
) -> str:
    """A column as the value of a GraphQL field. Raises NotPlanned."""
    column = field_of(model, name)
    where = f"{model.__name__}.{name}"
    if column is None:
        raise NotPlanned(f"{where} is no column")
    if isinstance(type_, GraphQLNonNull) and column.null:
        raise NotPlanned(f"{where} may be null")
    read = f"r[{level.column(alias, model, name)}]"
    named = get_nullable_type(type_)
    if isinstance(named, GraphQLEnumType) and isinstance(column, ENUMS):
        return _enum_expression(level, named, column, read)
    if named in AS_IT_IS and not isinstance(column, ENUMS) and isinstance(column, AS_IT_IS[named]):
        return read
    if named is GraphQLID and isinstance(column, fields.IntField | fields.BigIntField):
        return f"(None if {read} is None else str({read}))"
    if isinstance(named, GraphQLScalarType):
        return _scalar_expression(level, named, column, read, where)
    raise NotPlanned(f"{where} is of another kind than its field")


def _enum_expression(level: Level, type_: GraphQLEnumType, column: Any, read: str) -> str:
    names = {value.value: name for name, value in type_.values.items()}
    stored = [member.value for member in column.enum_type]
    if not all(value in names for value in stored):
        raise NotPlanned(f"{type_.name} has other members than its column")
    if all(value == names[value] for value in stored):
        return read
    return f"{level.name({None: None, **names})}[{read}]"


def _scalar_expression(
    level: Level, type_: GraphQLScalarType, column: "Field[Any]", read: str, where: str
) -> str:
    definition = type_.extensions.get(DEFINITION)
    if isinstance(definition, ScalarDefinition):
        if isinstance(column, ORIGINS_AS_THEY_ARE.get(definition.origin, ())):
            return read
        if definition.serialize is int and isinstance(column, fields.BigIntField | fields.IntField):
            return read
        if definition.name == "JSON" and isinstance(column, fields.JSONField):
            return f"{level.name(_parsed)}({read})"
    raise NotPlanned(f"{where} is of another kind than its field")


def _parsed(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def attribute_expression(level: Level, alias: str, model: type[Model], name: str) -> str:
    """A column as Tortoise would have it in a row's attribute. Raises NotPlanned."""
    column = field_of(model, name)
    if column is None:
        raise NotPlanned(f"{model.__name__}.{name} is no column")
    read = f"r[{level.column(alias, model, name)}]"
    if isinstance(column, fields.JSONField):
        return f"{level.name(_parsed)}({read})"
    if isinstance(column, ENUMS):
        members: dict[Any, Enum | None] = {member.value: member for member in column.enum_type}
        return f"{level.name({None: None, **members})}[{read}]"
    return read
