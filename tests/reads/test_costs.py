"""What lists cost PostgreSQL where there are 100,000 rows: pages are found by index, whoever asks.

A page of a table or an index that PostgreSQL looks at costs about a microsecond where it is in memory; the
same one counts each time. `docs/decisions/0020-conditions-by-index.md` says what is bounded, and what is not.
"""

import asyncio
import subprocess
import sys

import asyncpg
import pytest

from tests.reads.cases import CASES, SEARCHES, TOTALS
from tests.reads.explained import ExplainedReads
from tests.reads.large_world import VIEWERS, statements

pytestmark = pytest.mark.slow
ROWS = 100_000
LARGE = {"uploads", "productions", "publications", "renders", "space_members"}
MOST_PAGES = 15_000
MOST_FOR_A_SEARCH = 20_000
UNMARKED = "SELECT count(*) FROM pg_class WHERE relname = ANY($1) AND relallvisible < relpages"
MIGRATE = "import asyncio, sys; from server.database import migrate; asyncio.run(migrate(sys.argv[1]))"


@pytest.fixture(scope="module", params=[True, False], ids=["open", "closed"])
async def world(embedded, opened, request):
    """A connection to a database where a tenth of the spaces is PUBLIC, or next to none."""
    name = f"large_{'open' if request.param else 'closed'}"
    admin = await asyncpg.connect(embedded.database_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = f"{embedded.database_url.rpartition('/')[0]}/{name}"
    # In a process of its own: in this one Tortoise is set up already.
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", MIGRATE, url], check=True)
    connection = await asyncpg.connect(url)
    await connection.execute("SET synchronous_commit = off")
    for statement in statements(ROWS, is_open=request.param):
        await connection.execute(statement)
    # Where somebody's transaction is as old as the rows, VACUUM does not mark pages as seen by all: an index
    # alone then does not answer, and PostgreSQL reads a table to count.
    while await connection.fetchval(UNMARKED, list(LARGE)):
        await connection.execute("VACUUM ANALYZE")
    yield connection
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def costs_of(world, cases, who):
    """By case: planned for the arguments, and once for all; PostgreSQL may do either after five times."""
    for mode in ("force_custom_plan", "force_generic_plan"):
        await world.execute(f"SET plan_cache_mode = {mode}")
        reads = ExplainedReads(world)
        for name, document in cases.items():
            yield f"{name}, {mode}", (await reads.ask(document, {}, VIEWERS[who]))[1]


@pytest.mark.parametrize("who", VIEWERS)
async def test_a_page_is_found_by_index(world, who):
    async for name, costs in costs_of(world, CASES, who):
        assert costs or who in ("nobody", "stranger"), name
        for cost in costs:
            assert not cost.read_whole & LARGE, (name, cost)
            assert cost.pages <= MOST_PAGES, (name, cost)


@pytest.mark.parametrize("who", VIEWERS)
async def test_a_search_is_bounded_by_what_is_searched(world, who):
    async for name, costs in costs_of(world, SEARCHES, who):
        for cost in costs:
            assert cost.pages <= MOST_FOR_A_SEARCH, (name, cost)


@pytest.mark.parametrize("who", VIEWERS)
async def test_a_total_reads_what_it_counts(world, who):
    async for name, costs in costs_of(world, TOTALS, who):
        for cost in costs:
            assert not cost.read_whole & LARGE, (name, cost)
            assert cost.pages <= MOST_PAGES, (name, cost)


async def test_an_owner_of_many_sees_own_and_shown(world):
    """That the world is what it is said to be: the bounds would hold in an empty one."""
    reads = ExplainedReads(world)
    document = "{ uploads { totalCount } productions { totalCount } spaces { totalCount } }"
    counted = {}
    for who, viewer in VIEWERS.items():
        data, _ = await reads.ask(document, {}, viewer)
        counted[who] = tuple(data[field]["totalCount"] for field in ("uploads", "productions", "spaces"))
    assert counted["nobody"][0] == counted["stranger"][0] == 0
    assert counted["nobody"] == counted["stranger"]
    assert counted["owner of many"][0] > ROWS / 6
    assert 10 < counted["owner of few"][0] < 100
    assert counted["owner of many"][1] > ROWS / 6
    assert counted["member of many"][1] > ROWS / 5
    assert counted["member of many"][2] > 1000
