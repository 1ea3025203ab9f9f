"""Selections that read nothing but an event's own attributes, as one function from the event to JSON.

Such a selection is the same for everybody who may see the event: it needs no viewer, no loader and no
executor. What it makes is what graphql-core makes; whatever it cannot do is left to graphql-core.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from operator import attrgetter
from typing import Any

import orjson
from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    Executor,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList, collect_fields, collect_subfields
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]
# Scalars whose values of exactly this type are their own coercion (GraphQL, section 3.5).
AS_IT_IS: Mapping[object, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


class NotPlain(Exception):
    """There is more to do than to read attributes."""


class Projection:
    def __init__(self, response_key: str, read: Read) -> None:
        self._response_key, self._read = response_key, read

    def payload_of(self, event: Any) -> bytes:
        """A result as JSON. Raises what graphql-core would tell as an error."""
        return orjson.dumps({"data": {self._response_key: self._read(event)}})


def root_of(executor: Executor[Any]) -> tuple[str, FieldDetailsList]:
    """A subscription's one field (GraphQL, section 5.2.4.1): its response key, and where it stands."""
    root = executor.schema.subscription_type
    if root is None:
        raise TypeError("the schema has no subscriptions")
    fields = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, root, executor.operation
    ).grouped_field_set
    [found] = fields.items()
    return found


def projection_of(executor: Executor[Any]) -> Projection | None:
    """That of a subscription; None when its selection asks for more than attributes."""
    response_key, details = root_of(executor)
    root = executor.schema.subscription_type
    field = root.fields.get(details[0].node.name.value) if root else None
    if field is None:
        return None
    try:
        return Projection(response_key, _reader(executor, field.type, details))
    except NotPlain:
        return None


def _reader(executor: Executor[Any], type_: GraphQLOutputType, details: FieldDetailsList) -> Read:
    """What completes a value of a type (GraphQL, section 6.4.3)."""
    if isinstance(type_, GraphQLNonNull):
        return _non_null(_reader(executor, type_.of_type, details), as_it_is=AS_IT_IS.get(type_.of_type))
    if is_leaf_type(type_):
        return _enum(type_) if isinstance(type_, GraphQLEnumType) else _scalar(type_)
    if isinstance(type_, GraphQLObjectType):
        return _object(executor, type_, details)
    raise NotPlain


def _non_null(read: Read, as_it_is: type | None) -> Read:
    def non_null(value: Any) -> Any:
        if type(value) is as_it_is:
            return value
        found = read(value)
        if found is None:
            raise TypeError("a value that must not be null is")
        return found

    return non_null


def _scalar(type_: GraphQLLeafType) -> Read:
    coerce, as_it_is = type_.coerce_output_value, AS_IT_IS.get(type_)
    if type_ is GraphQLInt:
        return _integer

    def scalar(value: Any) -> Any:
        return value if value is None or type(value) is as_it_is else coerce(value)

    return scalar


def _integer(value: Any) -> Any:
    if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        return value
    return None if value is None else GraphQLInt.coerce_output_value(value)


def _enum(type_: GraphQLEnumType) -> Read:
    coerce = type_.coerce_output_value
    names: dict[Enum, Any] = {}

    def enum(value: Any) -> Any:
        if not isinstance(value, Enum):
            return None if value is None else coerce(value)
        name = names.get(value)
        if name is None:
            name = names[value] = coerce(value)
        return name

    return enum


def _object(executor: Executor[Any], type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
    selected = collect_subfields(
        executor.schema, executor.fragments, executor.variable_values, executor.operation, type_, details
    ).grouped_field_set
    fields = [(key, *_field(executor, type_, found)) for key, found in selected.items()]

    def read(value: Any) -> Mapping[str, Any] | None:
        if value is None:
            return None
        return {key: complete(get(value)) for key, get, complete in fields}

    return read


def _field(executor: Executor[Any], type_: GraphQLObjectType, details: FieldDetailsList) -> tuple[Read, Read]:
    """How a field is got from its parent, and how it is completed. Raises NotPlain where that
    is by a resolver."""
    name = details[0].node.name.value
    if name == "__typename":
        return (lambda _: type_.name), (lambda value: value)
    field = type_.fields.get(name)
    definition = field.extensions.get("strawberry-definition") if field else None
    if field is None or not isinstance(definition, StrawberryField) or not _is_attribute(definition):
        raise NotPlain
    return attrgetter(definition.python_name), _reader(executor, field.type, details)


def _is_attribute(definition: StrawberryField) -> bool:
    return (
        definition.is_basic_field
        and definition.default_resolver is getattr
        and not definition.extensions
        and not definition.permission_classes
    )
