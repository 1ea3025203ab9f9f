"""The keyword arguments that Strawberry hands to the resolver of a field."""

from collections.abc import Callable
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    VariableNode,
    VariableValues,
)
from graphql.execution.values import coerce_argument
from graphql.pyutils import Undefined
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.types.arguments import StrawberryArgument, convert_argument

from planner.selection.attributes import DEFINITION
from planner.values.input_values import Unusual, is_immutable, is_made_anew
from planner.values.python_values import Convert, Converters
from planner.values.variable_uses import variables_used

Read = Callable[[VariableValues], Any]
"""Undefined where the resolver is not given the argument."""
NO_VARIABLES = VariableValues({}, {})


class ArgumentReader:
    """Made once for a field that has no extensions of Strawberry's."""

    def __init__(self, schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> None:
        """`schema` is one that Strawberry made."""
        self._constants: dict[str, Any] = {}
        self._reads: list[tuple[str, Read]] = []
        strawberry = schema.extensions[DEFINITION]
        nodes = {argument.name.value: argument for argument in node.arguments or ()}
        for defined in field.extensions[DEFINITION].arguments:
            name = strawberry.config.name_converter.from_argument(defined)
            convert = _converter(strawberry, defined, name)
            self._add(defined.python_name, _Argument(name, field.args[name], node, nodes.get(name), convert))

    @property
    def are_constant(self) -> bool:
        """Whether they are the same in each run."""
        return not self._reads

    def read(self, variable_values: VariableValues) -> dict[str, Any]:
        """By their names in Python. Raises what graphql-core and Strawberry raise for a wrong one."""
        arguments = self._constants.copy()
        for name, read in self._reads:
            value = read(variable_values)
            if value is not Undefined:
                arguments[name] = value
        return arguments

    def _add(self, name: str, argument: "_Argument") -> None:
        """What no variable changes is made once, unless a resolver could change it for the next."""
        read = argument.reader()
        if not argument.has_variables:
            try:
                coerced = argument.coerced(NO_VARIABLES)
                value = argument.converted(coerced)
            except Exception:
                # It is raised again whenever the argument is read.
                self._reads.append((name, read))
                return
            if value is Undefined:
                return
            if is_immutable(value):
                self._constants[name] = value
                return
            if is_made_anew(argument.type, coerced):
                read = argument.constant(coerced)
        self._reads.append((name, read))


def _converter(strawberry: Any, defined: StrawberryArgument, name: str) -> Convert | None:
    """None where the resolver is given what graphql-core coerced."""
    config, scalars, type_ = strawberry.config, strawberry.schema_converter.scalar_registry, defined.type
    try:
        convert = Converters(config, scalars).of(type_)
    except Unusual:
        return lambda value: convert_argument(value, type_, scalars, config, path=(name,))
    return convert and (lambda value: None if value is None else convert(value))


class _Argument:
    """One of a field's."""

    def __init__(
        self,
        name: str,
        argument: GraphQLArgument,
        field_node: FieldNode,
        node: ArgumentNode | None,
        convert: Convert | None,
    ) -> None:
        self._name, self._argument, self._field_node, self._node = name, argument, field_node, node
        self.type, self._convert = argument.type, convert
        self.has_variables = node is not None and bool(variables_used(node))

    def reader(self) -> Read:
        value = self._node.value if self._node is not None else None
        if isinstance(value, VariableNode):
            return self._of_variable(value.name.value)
        return lambda variable_values: self.converted(self.coerced(variable_values))

    def coerced(self, variable_values: VariableValues) -> Any:
        """As graphql-core does, which takes some microseconds."""
        coerced: dict[str, Any] = {}
        coerce_argument(
            coerced, self._field_node, self._name, self._argument, self._node, variable_values, None
        )
        return coerced.get(self._name, Undefined)

    def constant(self, coerced: Any) -> Read:
        return lambda _: self.converted(coerced)

    def converted(self, coerced: Any) -> Any:
        if self._convert is None or coerced is Undefined:
            return coerced
        return self._convert(coerced)

    def _of_variable(self, variable: str) -> Read:
        convert = self._convert
        default = coerce_default_value(self._argument)
        is_nullable = not isinstance(self.type, GraphQLNonNull)

        def read(variable_values: VariableValues) -> Any:
            value = variable_values.coerced.get(variable, default)
            if not is_nullable and (value is None or value is Undefined):
                # Which refuses it.
                value = self.coerced(variable_values)
            if convert is None or value is Undefined:
                return value
            return convert(value)

        return read
