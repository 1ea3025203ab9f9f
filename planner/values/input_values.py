"""Values that were sent, as graphql-core coerces them (GraphQL, section 3): a function made once for a type.

It takes a value of just that type, without a look at what else it could be, and raises for every other, which
is then left to graphql-core: that converts it, or words what is wrong with it.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    is_leaf_type,
    is_required_input_field,
)
from graphql.pyutils import Undefined
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.schema.schema_converter import CustomGraphQLEnumType

Take = Callable[[Any], Any]
IMMUTABLE = (str, int, float, bool, datetime, date, time, Decimal, UUID)


class Unusual(Exception):
    """What is left to graphql-core."""


def taker_of(type_: GraphQLInputType, within: tuple[GraphQLInputObjectType, ...] = ()) -> Take:
    """What coerces a value of that type. Raises Unusual for a type that is left to graphql-core."""
    if isinstance(type_, GraphQLNonNull):
        return _not_null(type_.of_type, within)
    take = _not_null(type_, within)

    def nullable(value: Any) -> Any:
        return None if value is None else take(value)

    return nullable


def is_immutable(value: Any) -> bool:
    """Whether all may be given the same one."""
    return value is None or type(value) in IMMUTABLE or isinstance(value, Enum)


def is_made_anew(type_: GraphQLInputType, value: Any) -> bool:
    """Whether nothing but its lists and objects could change in a coerced value, which resolvers get anew."""
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(type_, GraphQLList) and isinstance(value, list):
        return all(is_made_anew(type_.of_type, item) for item in value)
    if isinstance(type_, GraphQLInputObjectType) and isinstance(value, dict):
        return all(is_made_anew(type_.fields[name].type, item) for name, item in value.items())
    return is_immutable(value)


def _not_null(type_: GraphQLInputType, within: tuple[GraphQLInputObjectType, ...]) -> Take:
    if type_ in AS_IT_IS:
        return AS_IT_IS[type_]
    if isinstance(type_, GraphQLList):
        return _list(taker_of(type_.of_type, within))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_, within)
    if type(type_) in (GraphQLEnumType, CustomGraphQLEnumType):
        return _enum(type_)
    if is_leaf_type(type_):
        return _leaf(type_)
    raise Unusual


def _text(value: Any) -> Any:
    return value if type(value) is str else GraphQLString.coerce_input_value(value)


def _id(value: Any) -> Any:
    return value if type(value) is str else GraphQLID.coerce_input_value(value)


def _boolean(value: Any) -> Any:
    return value if type(value) is bool else GraphQLBoolean.coerce_input_value(value)


def _int(value: Any) -> Any:
    if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        return value
    return GraphQLInt.coerce_input_value(value)


def _float(value: Any) -> Any:
    # Of what is no number, and of the infinite, this difference is none.
    if type(value) is float and value - value == 0:
        return value
    return GraphQLFloat.coerce_input_value(value)


AS_IT_IS: dict[object, Take] = {
    GraphQLString: _text,
    GraphQLID: _id,
    GraphQLBoolean: _boolean,
    GraphQLInt: _int,
    GraphQLFloat: _float,
}


def _enum(type_: Any) -> Take:
    take: Take = {name: type_.coerce_input_value(name) for name in type_.values}.__getitem__
    return take


def _leaf(type_: GraphQLLeafType) -> Take:
    coerce = type_.coerce_input_value

    def leaf(value: Any) -> Any:
        if value is None:
            raise Unusual
        found = coerce(value)
        if found is Undefined:
            raise Unusual
        return found

    return leaf


def _list(take: Take) -> Take:
    def items(value: Any) -> Any:
        if type(value) is not list:
            raise Unusual
        return [take(item) for item in value]

    return items


def _object(type_: GraphQLInputObjectType, within: tuple[GraphQLInputObjectType, ...]) -> Take:
    if type_.is_one_of or type_ in within:
        raise Unusual
    out_type = type_.out_type
    fields = [
        (name, field.out_name or name, taker_of(field.type, (*within, type_)), _without(field))
        for name, field in type_.fields.items()
    ]

    def object_(value: Any) -> Any:
        if type(value) is not dict:
            raise Unusual
        found, coerced = 0, {}
        for name, out_name, take, default in fields:
            given = value.get(name, Undefined)
            if given is not Undefined:
                found += 1
                coerced[out_name] = take(given)
            elif default is REQUIRED:
                raise Unusual
            elif default is not Undefined:
                coerced[out_name] = default
        if found < len(value):
            raise Unusual
        return out_type(coerced)

    return object_


REQUIRED = object()


def _without(field: GraphQLInputField) -> Any:
    """What a field has that is not given: the very same for all, as graphql-core remembers it too."""
    if is_required_input_field(field):
        return REQUIRED
    try:
        return coerce_default_value(field)
    except TypeError:
        raise Unusual from None
