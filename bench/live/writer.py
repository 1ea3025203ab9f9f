"""A process of its own that moves productions on in PostgreSQL and announces it, as Airdate's writers do.

Lines of JSON in, lines of JSON out. `make` makes productions, which the following lines are about; `begin`
begins another render of each; `write` makes transitions until so many are made in all, taking the
productions in turn: `one` by one, by the product's own function, or as many to a transaction as are due.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, UploadStatus
from server.database import migrate, open_database
from services.access_tokens import issue_access_token
from services.gateways.redis_event_bus import RedisEventBus
from services.production_config import ProductionConfig
from services.production_status import write_production_status
from services.render_lifecycle import RenderState

# So that all sequences have as many digits.
FIRST_SEQUENCE, FIRST_RENDER = 1_000_000, 1_000
MOST_AT_ONCE = 500
WRITERS = 4
TITLE = "A production that is watched"
LOGGED = """
INSERT INTO status_events (kind, subject_id, sequence, occurred_at, data)
SELECT 'PRODUCTION_STATUS', id, sequence - back, now(), jsonb_build_object(
  'previousStatus', previous, 'status', becomes, 'progressPercent', 0, 'phase', null,
  'renderNumber', current_render_number, 'cause', 'made by a benchmark')
"""
BEGIN = f"""
WITH moved AS (
  UPDATE productions SET status = 'PROCESSING', sequence = sequence + 2, updated_at = now(),
    current_render_number = current_render_number + 1
  WHERE id = ANY($1) RETURNING id, sequence, current_render_number)
{LOGGED} FROM moved, (VALUES (1, 'PROCESSING', 'QUEUED'), (0, 'QUEUED', 'PROCESSING'))
  AS steps (back, previous, becomes) ORDER BY back DESC
"""
MOVE = f"""
WITH moved AS (
  UPDATE productions SET sequence = sequence + 1, updated_at = now(),
    status = CASE status WHEN 'QUEUED' THEN 'PROCESSING' ELSE 'QUEUED' END
  WHERE id = ANY($1) RETURNING id, sequence, current_render_number, status AS becomes, 0 AS back,
    CASE status WHEN 'QUEUED' THEN 'PROCESSING' ELSE 'QUEUED' END AS previous)
{LOGGED} FROM moved
"""


class Writer:
    def __init__(self, bus: RedisEventBus) -> None:
        self._bus = bus
        self._productions: list[UUID] = []
        self._written = self._due = 0
        self._writing = asyncio.Semaphore(WRITERS)
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, request: dict[str, Any]) -> None:
        match request["do"]:
            case "make":
                await self._make(request["count"])
            case "begin":
                self._written = self._due = 0
                tell(at=await self._commit(BEGIN, self._productions))
                await self._bus.announce_transition()
            case "write" if request["one"]:
                self._write_each(request["until"])
            case "write":
                self._due = request["until"]
                if not self._tasks:
                    self._start(self._write_together())

    async def _make(self, count: int) -> None:
        user = await models.User.create(email=f"{os.urandom(8).hex()}@example.org", name="Watcher")
        upload = await models.Upload.create(
            owner_id=user.id,
            title="Upload",
            filename="clip.mp4",
            content_type="video/mp4",
            byte_size=1000,
            status=UploadStatus.READY,
            source_key=f"t/{user.id}/source.mp4",
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
        rows = [self._production(user, upload) for _ in range(count)]
        await models.Production.bulk_create(rows)
        await models.Render.bulk_create([self._render(row) for row in rows])
        self._productions = [row.id for row in rows]
        token = await issue_access_token(user_id=user.id, name="bench")
        await self._commit(BEGIN, self._productions)
        tell(token=token, productions=[str(row.id) for row in rows])

    def _production(self, user: models.User, upload: models.Upload) -> models.Production:
        return models.Production(
            owner_id=user.id,
            upload_id=upload.id,
            title=TITLE,
            config=ProductionConfig().to_json(),
            status=ProductionStatus.PROCESSING,
            sequence=FIRST_SEQUENCE - 2,
            current_render_number=FIRST_RENDER - 1,
        )

    def _render(self, production: models.Production) -> models.Render:
        return models.Render(
            production_id=production.id,
            number=FIRST_RENDER,
            status=ProductionStatus.PROCESSING,
            config=production.config,
            output_prefix=f"t/{production.owner_id}/p/{production.id}/r/{FIRST_RENDER}",
        )

    async def _commit(self, statement: str, productions: list[UUID]) -> float:
        """When the transaction was about to commit."""
        async with in_transaction() as connection:
            await connection.execute_query(statement, [productions])
            return time.monotonic()

    async def _write_together(self) -> None:
        """What has become due while a transaction ran is the next one."""
        count = len(self._productions)
        while self._written < self._due:
            first = self._written
            size = min(self._due - first, count - first % count, MOST_AT_ONCE)
            at = await self._commit(MOVE, self._productions[first % count : first % count + size])
            await self._bus.announce_transition()
            self._written += size
            tell(first=first, count=size, at=at)

    def _write_each(self, until: int) -> None:
        for number in range(self._written, until):
            self._start(self._write_one(number))
        self._written = until

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_one(self, number: int) -> None:
        production_id = self._productions[number % len(self._productions)]
        async with self._writing:
            async with in_transaction():
                production = await models.Production.select_for_update().get(id=production_id)
                render = await models.Render.get(production_id=production_id)
                render.number = production.current_render_number
                is_queued = production.status is ProductionStatus.QUEUED
                status = ProductionStatus.PROCESSING if is_queued else ProductionStatus.QUEUED
                await write_production_status(
                    production, render, RenderState(status, 0), cause="made by a benchmark"
                )
                at = time.monotonic()
            await self._bus.announce_transition()
        tell(first=number, count=1, at=at)


def tell(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    bus = RedisEventBus(os.environ["AIRDATE_REDIS_URL"])
    await migrate(os.environ["AIRDATE_DATABASE_URL"])
    async with open_database(os.environ["AIRDATE_DATABASE_URL"]):
        _ = connections.get("default")
        writer = Writer(bus)
        while line := await reader.readline():
            await writer.take(json.loads(line))
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main())
