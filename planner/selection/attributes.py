"""Selections that read nothing but attributes, as one function from a Python value to JSON-ready data.

What such a reader makes is what graphql-core makes of a value that a resolver returned (GraphQL, section
6.4.3), without an executor. It makes nothing else: what graphql-core would tell as an error raises, and so
does a value that is yet to be awaited, or of an abstract type's class that the schema does not name.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    GraphQLUnionType,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Undefined, is_iterable
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from planner.selection.collecting import Collecting

Read = Callable[[Any], Any]
# Scalars some of whose values are their own coercion (GraphQL, section 3.5), in and out, and how to tell.
AS_IT_IS: Mapping[object, str] = {
    GraphQLString: "type({taken}) is str",
    GraphQLID: "type({taken}) is str",
    GraphQLBoolean: "type({taken}) is bool",
    GraphQLInt: f"type({{taken}}) is int and {GRAPHQL_MIN_INT} <= {{found}} <= {GRAPHQL_MAX_INT}",
    GraphQLFloat: "type({taken}) is float and {found} - {found} == 0",
}
OF_EVERY_FIELD = ("skip", "include")
DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
"""By which an element of a schema leads to Strawberry's own definition of it."""


class NotPlain(Exception):
    """There is more to do than to read attributes."""


def attribute_reader(collecting: Collecting, type_: GraphQLOutputType, details: FieldDetailsList) -> Read:
    """What completes a value of a field's type, of which `details` say what is selected.

    Raises NotPlain where anything selected has a resolver, arguments or a directive of its own.
    """
    if isinstance(type_, GraphQLNonNull):
        return _non_null(attribute_reader(collecting, type_.of_type, details))
    if isinstance(type_, GraphQLList):
        return _list(attribute_reader(collecting, type_.of_type, details))
    if is_leaf_type(type_):
        return _leaf(type_)
    if isinstance(type_, GraphQLObjectType):
        return _object(collecting, type_, details)
    if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        return _abstract(collecting, type_, details)
    raise NotPlain


def _is_there(value: Any) -> bool:
    """Raises for what graphql-core does not complete as it is."""
    if value is None or value is Undefined:
        return False
    if isinstance(value, Exception):
        raise value
    if hasattr(type(value), "__await__"):
        raise TypeError("a value is yet to be awaited")
    return True


def _non_null(read: Read) -> Read:
    def non_null(value: Any) -> Any:
        found = read(value)
        if found is None:
            raise TypeError("a value that must not be null is")
        return found

    return non_null


def _list(read: Read) -> Read:
    def items(value: Any) -> Any:
        if type(value) is list:
            return [read(item) for item in value]
        if not _is_there(value):
            return None
        if not is_iterable(value):
            raise TypeError("a list is none")
        return [read(item) for item in value]

    return items


def _leaf(type_: GraphQLLeafType) -> Read:
    coerce = type_.coerce_output_value

    def leaf(value: Any) -> Any:
        if not _is_there(value):
            return None
        found = coerce(value)
        if found is None or found is Undefined:
            raise TypeError("a value became nothing")
        return found

    return leaf


def _abstract(
    collecting: Collecting, type_: GraphQLInterfaceType | GraphQLUnionType, details: FieldDetailsList
) -> Read:
    """By the class of the value, where Strawberry itself decides by nothing else."""
    definition = type_.extensions.get(DEFINITION)
    if isinstance(definition, StrawberryObjectDefinition):
        is_by_class = definition.resolve_type is None
    else:
        is_by_class = isinstance(definition, StrawberryUnion)
    if not is_by_class:
        raise NotPlain
    reads: dict[type, Read] = {}
    for possible in collecting.schema.get_possible_types(type_):
        of_possible = _definition_of(possible)
        if of_possible.concrete_of is not None:
            raise NotPlain
        reads[of_possible.origin] = _object(collecting, possible, details)

    def any_of_them(value: Any) -> Any:
        read = reads.get(type(value))
        if read is not None and not hasattr(value, TYPE_CAST_ATTRIBUTE):
            return read(value)
        if _is_there(value):
            raise TypeError("a value's class names no type")
        return None

    return any_of_them


def _definition_of(type_: GraphQLObjectType) -> StrawberryObjectDefinition:
    definition = type_.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of is not None:
        raise NotPlain
    return definition


def _object(collecting: Collecting, type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
    """One display of a dictionary, generated: a loop over functions takes twice as long, for each value.
    `value.<attribute>` is all that it does with a value; names and functions come beside it."""
    is_object, beside = _is_object(type_)
    selected = collecting.below(details, type_)
    if selected.new_defer_usages:
        raise NotPlain
    entries = [
        f"{key!r}: {_entry(collecting, type_, found, beside, number)}"
        for number, (key, found) in enumerate(selected.grouped_field_set.items())
    ]
    source = f"lambda value: {{{', '.join(entries)}}} if {is_object} else None"
    read: Read = eval(source, beside)  # noqa: S307 - attribute names are Python's, keys are literals
    return read


def _is_object(type_: GraphQLObjectType) -> tuple[str, dict[str, Any]]:
    """What tells an object from none and raises for what is not of the type, and what it needs beside it."""
    definition = _definition_of(type_)
    is_type_of = type_.is_type_of

    def is_one(value: Any) -> bool:
        if not _is_there(value):
            return False
        # Strawberry's own asks nothing of the second argument.
        if is_type_of is not None and not is_type_of(value, None):  # type: ignore[arg-type]
            raise TypeError(f"a value is no {type_.name}")
        return True

    is_exactly = "type(value) is origin"
    if is_type_of is not None:
        is_exactly = f"({is_exactly} and not hasattr(value, {TYPE_CAST_ATTRIBUTE!r}))"
    return f"{is_exactly} or is_one(value)", {"origin": definition.origin, "is_one": is_one}


def _entry(
    collecting: Collecting,
    type_: GraphQLObjectType,
    details: FieldDetailsList,
    beside: dict[str, Any],
    number: int,
) -> str:
    """How a field is got from its parent and completed. Raises NotPlain where that takes more."""
    if any(
        directive.name.value not in OF_EVERY_FIELD
        for found in details
        for directive in found.node.directives or ()
    ):
        raise NotPlain
    name = details[0].node.name.value
    if name == "__typename":
        return repr(type_.name)
    field = type_.fields.get(name)
    definition = field.extensions.get(DEFINITION) if field else None
    if field is None or field.args or not isinstance(definition, StrawberryField):
        raise NotPlain
    if not _is_attribute(definition):
        raise NotPlain
    attribute, complete = f"value.{definition.python_name}", f"complete_{number}"
    beside[complete] = attribute_reader(collecting, field.type, details)
    inner = get_nullable_type(field.type)
    if isinstance(inner, GraphQLEnumType):
        beside[f"names_{number}"] = _Names(beside[complete])
        return f"names_{number}[{attribute}]"
    if inner in AS_IT_IS:
        found = f"found_{number}"
        is_right = AS_IT_IS[inner].format(taken=f"({found} := {attribute})", found=found)
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
