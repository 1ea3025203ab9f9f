"""Connections for pools that plans read by, and PostgreSQL's own view of them."""

import asyncio
from functools import partial

import asyncpg

from server.reading_session import ReadingSession

NAME = "reading-pool"
MOST = 3
OWN = "SELECT $1::int"
COUNTED = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{NAME}'"
ENDED = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{NAME}'"


class Opening:
    """What opens connections, unless it is to fail first."""

    def __init__(self, url):
        self.refuses, self.goes_on = 0, None
        self._connect = partial(
            asyncpg.connect,
            url,
            timeout=5,
            command_timeout=10,
            connection_class=ReadingSession,
            server_settings={"application_name": NAME},
        )

    async def __call__(self):
        if self.refuses:
            self.refuses -= 1
            await asyncio.sleep(0)
            raise ConnectionRefusedError("nobody is there")
        if self.goes_on:
            await self.goes_on.wait()
        return await self._connect()


async def turn():
    for _ in range(3):
        await asyncio.sleep(0)


async def taken(pool):
    return pool.idle() or await pool.wait()
