"""What Tortoise knows of tables."""

from typing import Any

from tortoise.fields.base import Field
from tortoise.models import Model


def column_of(model: type[Model], name: str) -> str:
    """A field's column, in quotes. Raises KeyError."""
    return f'"{model._meta.fields_db_projection[name]}"'


def table_of(model: type[Model]) -> str:
    schema = f'"{model._meta.schema}".' if model._meta.schema else ""
    return f'{schema}"{model._meta.db_table}"'


def field_of(model: type[Model], name: str) -> "Field[Any] | None":
    """That of a column; None for a relation, and for no field at all."""
    return model._meta.fields_map.get(name) if name in model._meta.fields_db_projection else None


def key_of(model: type[Model]) -> str:
    """The primary key's name."""
    return model._meta.pk_attr


def sql_type_of(model: type[Model], name: str) -> str:
    field = model._meta.fields_map[name]
    return str(field.get_for_dialect("postgres", "SQL_TYPE")).lower()


def foreign_key(model: type[Model], relation: str) -> tuple[type[Model], dict[str, str]]:
    """The table behind a foreign key, and which of its fields equals which of this one's."""
    field: Any = model._meta.fields_map[relation]
    return field.related_model, {field.to_field_instance.model_field_name: field.source_field}
