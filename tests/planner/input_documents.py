"""Types that values are sent for, such values right and wrong, and how they are written in a document."""

import json

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    is_input_type,
)
from hypothesis import strategies as st

WRONG = [None, True, 0, 5, 5.0, 5.5, 2**31, -(2**40), float("nan"), float("inf"), "", "5", "QUEUED", "LOW"]
WRONG += [[], [None], {}, {"a": 1}, (1,), b"x", [["1"]], {"unknown": None}]
LEAVES = {
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-100, 100),
    "String": st.text(max_size=4),
    "ID": st.text(max_size=4) | st.integers(0, 9),
    "Boolean": st.booleans(),
    "BigInt": st.integers(0, 2**53),
    "DateTime": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    "Date": st.dates().map(str),
}


def input_types(schema):
    """All that a variable may have, nullable, not, and listed."""
    named = [found for name, found in sorted(schema.type_map.items()) if is_input_type(found)]
    named = [found for found in named if not found.name.startswith("__")]
    one = st.sampled_from(named)
    return st.recursive(
        one | one.map(GraphQLNonNull),
        lambda inner: inner.map(GraphQLList) | inner.map(GraphQLList).map(GraphQLNonNull),
        max_leaves=3,
    )


def sent(type_, is_wrong=False, depth=3):
    """Values of a type as they are sent or, now and then, not of it."""
    if isinstance(type_, GraphQLNonNull):
        right = _right(type_.of_type, is_wrong, depth)
    else:
        right = st.none() | _right(type_, is_wrong, depth)
    return st.one_of(*[right] * 9, st.sampled_from(WRONG)) if is_wrong else right


def _right(type_, is_wrong, depth):
    if isinstance(type_, GraphQLList):
        return st.lists(sent(type_.of_type, is_wrong, depth), max_size=2)
    if isinstance(type_, GraphQLEnumType):
        return st.sampled_from(sorted(type_.values))
    if isinstance(type_, GraphQLScalarType):
        return LEAVES.get(type_.name, st.text(max_size=4))
    assert isinstance(type_, GraphQLInputObjectType)
    required, optional = {}, {}
    for name, field in type_.fields.items():
        if isinstance(field.type, GraphQLNonNull):
            if depth or not isinstance(field.type.of_type, GraphQLInputObjectType):
                required[name] = sent(field.type, is_wrong, depth - 1)
        elif depth:
            optional[name] = sent(field.type, is_wrong, depth - 1)
    return st.fixed_dictionaries(required, optional=optional)


def literal(type_, value):
    """A value of a type as a document has it."""
    if isinstance(type_, GraphQLNonNull):
        return literal(type_.of_type, value)
    if isinstance(type_, GraphQLList) and isinstance(value, list):
        return f"[{', '.join(literal(type_.of_type, item) for item in value)}]"
    if isinstance(type_, GraphQLInputObjectType) and isinstance(value, dict):
        fields = [
            f"{name}: {literal(type_.fields[name].type, item)}"
            for name, item in value.items()
            if name in type_.fields
        ]
        return f"{{{', '.join(fields)}}}"
    if isinstance(type_, GraphQLEnumType) and isinstance(value, str) and value.isidentifier():
        return value
    return json.dumps(value)
