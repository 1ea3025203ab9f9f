"""A connection to PostgreSQL that is lost unnoticed costs one transaction, and not those after it."""

import asyncio
import json
import sys

# Waiting for the other process stops the loop, so that it is BEGIN that meets the lost connection.
SCRIPT = """
import asyncio, json, subprocess, sys
from tortoise import connections
from tortoise.transactions import in_transaction
from server.database import open_database

END = '''
import asyncio, asyncpg, sys
async def main():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute("SELECT pg_terminate_backend($1)", int(sys.argv[2]))
    await connection.close()
asyncio.run(main())
'''

async def pid():
    async with in_transaction() as connection:
        return (await connection.execute_query_dict("SELECT pg_backend_pid() AS pid"))[0]["pid"]

async def main(url):
    told = []
    async with open_database(url):
        for _ in range(2):
            subprocess.run([sys.executable, "-c", END, url, str(await pid())], check=True)
            try:
                await pid()
            except Exception as error:
                told.append(type(error).__name__)
        pool = connections.get("default")._pool
        idle = pool.get_idle_size() == pool.get_size()
        print(json.dumps({"failed": len(told), "afterwards": await pid() > 0, "all_are_idle": idle}))

asyncio.run(main(sys.argv[1]))
"""


async def test_a_transaction_that_cannot_begin_leaves_no_trace(embedded):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, embedded.database_url, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert json.loads(said) == {"failed": 2, "afterwards": True, "all_are_idle": True}
