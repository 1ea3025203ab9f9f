"""Rows as a statement of our own returns them; Tortoise cannot say RETURNING."""

from collections.abc import Mapping
from typing import Any, TypeVar

from tortoise.models import Model

Row = TypeVar("Row", bound=Model)
Columns = tuple[str, ...] | None
"""Fields of a table; None for all of them."""
MOST_STATEMENTS = 256
"""That are remembered of one service: clients choose columns as they like, and keep to few choices."""


def returning(model: type[Model], columns: Columns) -> str:
    """The end of a statement."""
    if columns is None:
        return " RETURNING *"
    names = [f'"{model._meta.fields_db_projection[column]}"' for column in columns]
    return f" RETURNING {', '.join(names)}"


def returned_row(model: type[Row], columns: Columns, values: Mapping[str, Any]) -> Row:
    """As Tortoise makes it of a row that was read: whole, or like that of `only()`, which cannot be saved."""
    if columns is None:
        return model._init_from_db(**values)
    meta = model._meta
    row = model.__new__(model)
    row.__dict__.update(_partial=True, _saved_in_db=True, _custom_generated_pk=True, _await_when_save={})
    for name in columns:
        value = values[meta.fields_db_projection[name]]
        row.__dict__[name] = meta.fields_map[name].to_python_value(value)
    return row
