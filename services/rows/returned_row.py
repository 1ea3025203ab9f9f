"""Rows as a statement of our own returns them; Tortoise cannot say RETURNING."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from tortoise.models import Model

Row = TypeVar("Row", bound=Model)
Convert = Callable[[Any], Any]
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
    row, meta = model.__new__(model), model._meta
    row.__dict__.update(
        _partial=True,
        _saved_in_db=True,
        _custom_generated_pk=meta.db_pk_column not in meta.generated_db_fields,
        _await_when_save={},
    )
    for name, column, convert in _conversions(model, columns):
        value = values[column]
        row.__dict__[name] = convert(value) if convert else value
    return row


@lru_cache(MOST_STATEMENTS)
def _conversions(model: type[Model], columns: tuple[str, ...]) -> list[tuple[str, str, Convert | None]]:
    """Each field's name, its column's, and what becomes of a value that asyncpg does not give as it is."""
    meta = model._meta
    as_it_is = {name for _, name, _ in meta.db_native_fields}
    return [
        (
            name,
            meta.fields_db_projection[name],
            None if name in as_it_is else meta.fields_map[name].to_python_value,
        )
        for name in columns
    ]
