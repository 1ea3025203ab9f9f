"""The values of an operation's variables, as graphql-core coerces them (GraphQL, section 6.1.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from graphql import (
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableValues,
    get_variable_values,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValueSource
from graphql.pyutils import Undefined
from graphql.utilities.coerce_input_value import coerce_input_literal

from planner.values.input_values import Take, Unusual, is_immutable, taker_of

# As graphql-core's executor has it.
MOST_ERRORS = 50


class VariableReader:
    """Made once for an operation of a valid document.

    Values of just the types that the variables have are taken as they are; as soon as one is anything else,
    all are left to graphql-core, which takes some microseconds for each.
    """

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, *, hide_suggestions: bool = False
    ) -> None:
        self._schema, self._hide_suggestions = schema, hide_suggestions
        self._nodes = operation.variable_definitions or ()
        self._variables = _variables(schema, self._nodes)

    def read(self, raw: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values, or what is wrong with them."""
        if self._variables is not None:
            try:
                return _taken(self._variables, raw)
            except Exception:  # noqa: S110 - whatever it is, graphql-core meets it again and words it
                pass
        return get_variable_values(self._schema, self._nodes, dict(raw), MOST_ERRORS, self._hide_suggestions)


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    signature: GraphQLVariableSignature
    take: Take
    without: Callable[[], Any]
    """What it is when none is sent; Undefined where it then has no value."""
    missing: VariableValueSource


def _taken(variables: list[_Variable], raw: Mapping[str, Any]) -> VariableValues:
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for variable in variables:
        name = variable.name
        value = raw.get(name, Undefined)
        if value is not Undefined:
            coerced[name] = variable.take(value)
            sources[name] = VariableValueSource(variable.signature, value)
            continue
        sources[name] = variable.missing
        default = variable.without()
        if default is not Undefined:
            coerced[name] = default
    return VariableValues(sources, coerced)


def _variables(schema: GraphQLSchema, nodes: tuple[VariableDefinitionNode, ...]) -> list[_Variable] | None:
    """None where there is one whose type is left to graphql-core."""
    try:
        return [_variable(schema, node) for node in nodes]
    except Unusual:
        return None


def _variable(schema: GraphQLSchema, node: VariableDefinitionNode) -> _Variable:
    signature = get_variable_signature(schema, node)
    if isinstance(signature, GraphQLError):
        raise Unusual
    return _Variable(
        signature.name,
        signature,
        taker_of(signature.type),
        _without(signature),
        VariableValueSource(signature),
    )


def _without(signature: GraphQLVariableSignature) -> Callable[[], Any]:
    literal = signature.default.literal if signature.default else None
    if literal is None:
        return _refuse if isinstance(signature.type, GraphQLNonNull) else _nothing
    default = coerce_input_literal(literal, signature.type)
    if default is Undefined:
        raise Unusual
    if is_immutable(default):
        return lambda: default
    return lambda: coerce_input_literal(literal, signature.type)


def _nothing() -> Any:
    return Undefined


def _refuse() -> NoReturn:
    raise Unusual
