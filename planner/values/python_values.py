"""Coerced values as Strawberry hands them to resolvers: a function made once for a type.

Strawberry itself finds out anew for each value what to make of it, which takes 20 to 150 µs an input object.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

from strawberry.relay import GlobalID
from strawberry.schema.compat import is_scalar
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType

from planner.values.input_values import Unusual

Convert = Callable[[Any], Any]


class Converters:
    """Those of a schema's configuration and scalars."""

    def __init__(self, config: StrawberryConfig, scalars: Mapping[object, Any]) -> None:
        self._config, self._scalars = config, scalars
        self._objects: dict[object, Convert] = {}

    def of(self, type_: Any) -> Convert | None:
        """What converts a value that is not null; None where it stays what it is.

        Raises Unusual for types that build their values in a way of their own.
        """
        if isinstance(type_, StrawberryMaybe) or type_ is GlobalID:
            raise Unusual
        if isinstance(type_, StrawberryOptional):
            return self.of(type_.of_type)
        if isinstance(type_, LazyType):
            return self.of(type_.resolve_type())
        if isinstance(type_, StrawberryList):
            return self._list(self.of(type_.of_type))
        if is_scalar(type_, self._scalars) or isinstance(type_, StrawberryEnumDefinition):
            return None
        if has_enum_definition(type_):
            return None
        if has_object_definition(type_):
            return self._objects.get(type_) or self._object(type_)
        raise Unusual

    @staticmethod
    def _list(convert: Convert | None) -> Convert:
        if convert is None:
            # Anew, as graphql-core gives the same default to all.
            return list
        return lambda items: [None if item is None else convert(item) for item in items]

    def _object(self, type_: Any) -> Convert:
        definition: StrawberryObjectDefinition = type_.__strawberry_definition__
        if definition.from_input is not None:
            raise Unusual
        fields: list[tuple[str, str, Convert | None]] = []
        without: dict[str, Any] = {}

        def make(value: Mapping[str, Any]) -> Any:
            given = without.copy()
            for name, python_name, convert in fields:
                if name in value:
                    found = value[name]
                    given[python_name] = found if found is None or convert is None else convert(found)
            return type_(**given)

        # Before its fields, one of which may be of this type.
        self._objects[type_] = make
        for field in definition.fields:
            if definition.is_input and field.default_value is MISSING and field.default_factory is MISSING:
                without[field.python_name] = None
            convert = self.of(field.resolve_type(type_definition=definition))
            fields.append((self._config.name_converter.from_field(field), field.python_name, convert))
        return make
