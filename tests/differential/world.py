"""A small world out of a seed: the same rows, with the same ids and times, each time it is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import asyncpg
import orjson
from tortoise import connections
from tortoise.fields import JSONField
from tortoise.models import Model

import models
from schema.node import global_id
from services.rows.pages import Order, write_cursor
from services.viewer import ANONYMOUS, Viewer
from tests.differential.contents import Row
from tests.differential.made_up_rows import made_up_rows
from tests.tables import empty_tables

NOBODY = "nobody"


@dataclass(frozen=True, eq=False)
class World:
    """The rows of each table, and what a client could know of them."""

    seed: int
    rows: Mapping[type[Model], Sequence[Row]]

    def __repr__(self) -> str:
        return f"world_of({self.seed})"

    @property
    def viewers(self) -> list[str]:
        """Who may ask; the first has the most to see."""
        return [row["name"] for row in self.rows[models.User]] + [NOBODY]

    def viewer(self, name: str) -> Viewer:
        ids = {row["name"]: row["id"] for row in self.rows[models.User]}
        return ANONYMOUS if name == NOBODY else Viewer(ids[name])

    @cached_property
    def ids(self) -> dict[str, list[str]]:
        """Global ids by the names of types."""
        return {
            model.__name__: [_id_of(model, row) for row in self.rows[model]]
            for model in (
                models.Upload,
                models.Production,
                models.Space,
                models.Publication,
                models.Render,
                models.User,
            )
        }

    @cached_property
    def ids_of_first(self) -> dict[str, list[str]]:
        """The same, of what the first user owns or is a member of."""
        user_id = self.rows[models.User][0]["id"]
        productions = {row["id"] for row in self.rows[models.Production] if row["owner_id"] == user_id}
        spaces = {row["space_id"] for row in self.rows[models.SpaceMember] if row["user_id"] == user_id}
        owned: dict[type[Model], Callable[[Row], bool]] = {
            models.Upload: lambda row: row["owner_id"] == user_id,
            models.Production: lambda row: row["id"] in productions,
            models.Space: lambda row: row["id"] in spaces,
            models.Publication: lambda row: row["production_id"] in productions,
            models.Render: lambda row: row["production_id"] in productions,
            models.User: lambda row: row["id"] == user_id,
        }
        return {
            model.__name__: [_id_of(model, row) for row in self.rows[model] if is_owned(row)]
            for model, is_owned in owned.items()
        }

    @cached_property
    def cursors(self) -> dict[str, list[str]]:
        """Cursors of lists, by the column they are sorted by. A row of any table is a place in every list."""
        of_titles = [*self.rows[models.Production], *self.rows[models.Upload]]
        of_times = [*of_titles, *self.rows[models.Publication], *self.rows[models.Space]]
        of_times += self.rows[models.SpaceMember]
        return {
            column: [write_cursor(Order(column), row[column], row["id"]) for row in rows]
            for column, rows in (("created_at", of_times), ("title", of_titles))
        }

    @property
    def emails(self) -> list[str]:
        return [row["email"] for row in self.rows[models.User]]

    @property
    def slugs(self) -> list[str]:
        return [row["slug"] for row in self.rows[models.Space]]

    async def load(self) -> None:
        """Make the tables hold this and nothing else."""
        connection = connections.get("default")
        await empty_tables(connection)
        async with connection.acquire_connection() as raw:
            for model, rows in self.rows.items():
                await _copy(raw, model, rows)


def _id_of(model: type[Model], row: Row) -> str:
    return global_id(model.__name__, row["id"])


def world_of(seed: int) -> World:
    return World(seed, made_up_rows(seed))


async def _copy(connection: asyncpg.Connection, model: type[Model], rows: Sequence[Row]) -> None:
    if not rows:
        return
    columns = list(rows[0])
    stored_as = model._meta.fields_map
    records = [
        tuple(_stored(row[column], isinstance(stored_as[column], JSONField)) for column in columns)
        for row in rows
    ]
    await connection.copy_records_to_table(model._meta.db_table, records=records, columns=columns)


def _stored(value: Any, is_json: bool) -> Any:
    if value is None:
        return None
    if is_json:
        return orjson.dumps(value).decode()
    return value.value if isinstance(value, Enum) else value
