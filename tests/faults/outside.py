"""PostgreSQL and Valkey of one's own, to be hurt."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from embedded.data_directory import DataDirectory
from embedded.environment import python_environment
from embedded.ports import LOOPBACK
from embedded.postgres import Postgres
from embedded.readiness import Server
from embedded.valkey import Valkey
from tests.tcp_proxy import TcpProxy
from tests.waiting import until


@dataclass
class Outside:
    """What API processes reach through proxies only, and the writer directly."""

    data: DataDirectory
    postgres: Postgres
    valkey: Valkey
    postgres_proxy: TcpProxy
    valkey_proxy: TcpProxy
    others: Mapping[str, str]

    def settings(self) -> dict[str, str]:
        return {
            **self.others,
            "AIRDATE_DATABASE_URL": through(self.postgres.url, self.postgres_proxy),
            "AIRDATE_REDIS_URL": through(self.valkey.url, self.valkey_proxy),
        }

    async def migrate(self) -> None:
        migrating = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "migrate", env=python_environment(**self.settings())
        )
        assert await migrating.wait() == 0

    async def kill(self, server: Server) -> None:
        os.kill(server.process.pid, signal.SIGKILL)
        await asyncio.to_thread(server.process.wait)
        if isinstance(server, Postgres):
            await asyncio.to_thread(server.end_backends)

    async def start_again(self, server: Server) -> None:
        """At the same port, with the same data."""
        server.process.start()
        await until(lambda: answers(server))

    async def log(self) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.postgres.url)
        try:
            return await connection.fetch(
                "SELECT kind, subject_id, sequence, data->>'status' AS status FROM status_events"
                " ORDER BY subject_id, sequence"
            )
        finally:
            await connection.close()

    async def draw_transaction_ids(self, count: int) -> int:
        """By transactions that are rolled back; the last one."""
        connection = await asyncpg.connect(self.postgres.url)
        drawn = 0
        for _ in range(count):
            transaction = connection.transaction()
            await transaction.start()
            drawn = int(await connection.fetchval("SELECT pg_current_xact_id()::text"))
            await transaction.rollback()
        await connection.close()
        return drawn

    async def terminate_backends(self) -> None:
        connection = await asyncpg.connect(self.postgres.url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )
        await connection.close()


async def answers(server: Server) -> bool:
    return await asyncio.to_thread(server.problem) is None


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def through(url: str, proxy: TcpProxy) -> str:
    head, _, tail = url.rpartition(f"@{LOOPBACK}:")
    return f"{head}@{LOOPBACK}:{proxy.port}/{tail.partition('/')[2]}"
