"""Strawberry's resolvers, handed their arguments by functions made once.

What they are handed, and what becomes of what they answer or raise, stays as it was; but Strawberry finds out
for each call what to make of an input object, in more time than most mutations take for all the rest.
"""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.types.field import StrawberryField

from planner.selection.attributes import DEFINITION
from planner.values.input_values import Unusual
from planner.values.python_values import Convert, Converters


def hasten(schema: GraphQLSchema) -> None:
    """Of a schema that Strawberry made: those with arguments that are not built in a way of their own, of
    fields without extensions and handlers of exceptions. What is hastened already stays so."""
    strawberry = schema.extensions[DEFINITION]
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                resolve = _hastened(strawberry, field)
                if resolve is not None:
                    field.resolve = resolve


def _hastened(strawberry: Any, field: GraphQLField) -> "HastenedResolver | None":
    definition = field.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryField) or not definition.arguments:
        return None
    if definition.base_resolver is None or definition.extensions or definition.is_subscription:
        return None
    if strawberry.schema_converter._get_field_exception_handlers(definition):
        return None
    try:
        return _resolver(strawberry, definition)
    except Unusual:
        return None


def _resolver(strawberry: Any, definition: StrawberryField) -> "HastenedResolver":
    config, scalars = strawberry.config, strawberry.schema_converter.scalar_registry
    arguments: list[tuple[str, str, Convert | None]] = [
        (
            config.name_converter.from_argument(argument),
            argument.python_name,
            Converters(config, scalars).of(argument.type),
        )
        for argument in definition.arguments
    ]
    return HastenedResolver(definition, arguments, _beside(config.info_class, definition))


class HastenedResolver:
    """What graphql-core calls in the place of Strawberry's function."""

    __slots__ = ("_arguments", "_beside", "_definition")

    def __init__(
        self,
        definition: StrawberryField,
        arguments: Sequence[tuple[str, str, Convert | None]],
        beside: Callable[[Any, Any, dict[str, Any]], Any],
    ) -> None:
        self._definition, self._arguments, self._beside = definition, arguments, beside

    def __call__(self, source: Any, info: Any, /, **given: Any) -> Any:
        handed: dict[str, Any] = {}
        for name, python_name, convert in self._arguments:
            if name in given:
                value = given[name]
                handed[python_name] = value if value is None or convert is None else convert(value)
        return self.call(source, info, handed)

    def call(self, source: Any, info: Any, handed: dict[str, Any]) -> Any:
        """With arguments as Strawberry hands them, by their names in Python."""
        return self._definition.get_result(source, *self._beside(source, info, handed))


def _beside(info_class: Any, definition: StrawberryField) -> Callable[[Any, Any, dict[str, Any]], Any]:
    """What a resolver gets beside its arguments: Strawberry's Info, what comes by place and what by name."""
    base: Any = definition.base_resolver
    is_method = base.self_parameter is not None
    parents = [found.name for found in (base.parent_parameter, base.root_parameter) if found]
    info_name = base.info_parameter.name if base.info_parameter else None

    def beside(source: Any, info: Any, handed: dict[str, Any]) -> Any:
        made = info_class(_raw_info=info, _field=definition)
        for name in parents:
            handed[name] = source
        if info_name is not None:
            handed[info_name] = made
        return made, [source] if is_method else [], handed

    return beside
