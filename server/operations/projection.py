"""Selections that read nothing but an event's own attributes, as one function from the event to JSON.

Such a selection is the same for everybody who may see the event: it needs no viewer, no loader and no
executor. What it makes is what graphql-core makes; whatever it cannot do is left to graphql-core.
"""

from collections.abc import Callable, Mapping
from enum import Enum
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
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList, collect_fields, collect_subfields
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]
# Scalars some of whose values are their own coercion (GraphQL, section 3.5), and how these are told.
AS_IT_IS: Mapping[object, str] = {
    GraphQLString: "type({taken}) is str",
    GraphQLID: "type({taken}) is str",
    GraphQLBoolean: "type({taken}) is bool",
    GraphQLInt: f"type({{taken}}) is int and {GRAPHQL_MIN_INT} <= {{found}} <= {GRAPHQL_MAX_INT}",
}


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
        return _non_null(_reader(executor, type_.of_type, details))
    if is_leaf_type(type_):
        return _leaf(type_)
    if isinstance(type_, GraphQLObjectType):
        return _object(executor, type_, details)
    raise NotPlain


def _non_null(read: Read) -> Read:
    def non_null(value: Any) -> Any:
        found = read(value)
        if found is None:
            raise TypeError("a value that must not be null is")
        return found

    return non_null


def _leaf(type_: GraphQLLeafType) -> Read:
    coerce = type_.coerce_output_value

    def leaf(value: Any) -> Any:
        return None if value is None else coerce(value)

    return leaf


def _object(executor: Executor[Any], type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
    """One display of a dictionary, generated: a loop over functions takes twice as long, for each event.
    `value.<attribute>` is all that it does with a value; names and functions come beside it."""
    selected = collect_subfields(
        executor.schema, executor.fragments, executor.variable_values, executor.operation, type_, details
    ).grouped_field_set
    beside: dict[str, Any] = {}
    entries = [
        f"{key!r}: {_entry(executor, type_, found, beside, number)}"
        for number, (key, found) in enumerate(selected.items())
    ]
    source = f"lambda value: None if value is None else {{{', '.join(entries)}}}"
    read: Read = eval(source, beside)  # noqa: S307 - attribute names are Python's, keys are literals
    return read


def _entry(
    executor: Executor[Any],
    type_: GraphQLObjectType,
    details: FieldDetailsList,
    beside: dict[str, Any],
    number: int,
) -> str:
    """How a field is got from its parent and completed. Raises NotPlain where that is by a resolver."""
    name = details[0].node.name.value
    if name == "__typename":
        return repr(type_.name)
    field = type_.fields.get(name)
    definition = field.extensions.get("strawberry-definition") if field else None
    if field is None or not isinstance(definition, StrawberryField) or not _is_attribute(definition):
        raise NotPlain
    attribute, complete = f"value.{definition.python_name}", f"complete_{number}"
    beside[complete] = _reader(executor, field.type, details)
    named = get_named_type(field.type)
    if isinstance(named, GraphQLEnumType):
        beside[f"names_{number}"] = _Names(beside[complete])
        return f"names_{number}[{attribute}]"
    if named in AS_IT_IS:
        found = f"found_{number}"
        is_right = AS_IT_IS[named].format(taken=f"({found} := {attribute})", found=found)
        return f"({found} if {is_right} else {complete}({found}))"
    return f"{complete}({attribute})"


class _Names(dict[Any, Any]):
    """The names of an enum's members, as far as they were asked for."""

    def __init__(self, complete: Read) -> None:
        super().__init__()
        self._complete = complete

    def __missing__(self, value: Any) -> Any:
        name = self._complete(value)
        if isinstance(value, Enum):
            self[value] = name
        return name


def _is_attribute(definition: StrawberryField) -> bool:
    return (
        definition.is_basic_field
        and definition.default_resolver is getattr
        and not definition.extensions
        and not definition.permission_classes
    )
