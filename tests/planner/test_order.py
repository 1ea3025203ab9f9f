"""The rows of a chain's lists come in order whatever way PostgreSQL takes."""

from tortoise import connections
from tortoise.expressions import Q

import models
from planner.declared import ToMany
from planner.levels.level import TABLE, Child
from planner.levels.lists import Choice, PlainListLevel
from planner.levels.named import GivenLevel
from planner.sql.statements import Statements
from services.rows.pages import NEWEST_FIRST


def statement_of_given_rows():
    """Of productions that a mutation has written, and the list of publications below each."""
    statements = Statements(placeholder=object())
    given = GivenLevel(models.Production, statements, "")
    declared = ToMany(models.Publication, lambda viewer: Q(), NEWEST_FIRST, link="production_id")
    below = PlainListLevel(declared, None, statements, "")
    below.column(TABLE, models.Publication, "status")
    given.children.append(Child(below, given.column(TABLE, models.Production, "id")))
    given.settle()
    assert given.fused is not None
    return given.statement([Choice((), NEWEST_FIRST)])


async def test_a_list_below_given_rows_is_joined_by_loops_alone(database):
    async with connections.get("default").acquire_connection() as connection, connection.transaction():
        for setting in ("enable_nestloop = off", "plan_cache_mode = force_generic_plan"):
            await connection.execute(f"SET LOCAL {setting}")
        await connection.execute(f"PREPARE given AS {statement_of_given_rows().sql}")
        told = [line for (line,) in await connection.fetch("EXPLAIN EXECUTE given('{}')")]
        await connection.execute("DEALLOCATE given")
    loops = [line for line in told if "Nested Loop" in line]
    joins = [line for line in told if any(way in line for way in ("Nested Loop", "Hash", "Merge"))]
    assert (len(loops), joins) == (2, loops), told
