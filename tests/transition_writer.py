"""A worker that makes transitions all the time: `python -m tests.transition_writer`, told by lines of JSON.

The first is `{"database_url", "redis_url", "productions"}`, answered by a token and the ids of what it made.
Then `{"do": "go", "pause": seconds}` begins, `{"do": "hold"}` ends once what is under way is done, and
`{"do": "turn", "production": n}` makes one transition. Each is answered by one line, a turn by its sequence
or the error. What fails is tried again from what the rows say.
"""

import asyncio
import json
import random
import sys
from contextlib import suppress
from uuid import uuid4

import structlog
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, PublicationStatus, UploadStatus
from server.database import open_database
from services.gateways.redis_event_bus import RedisEventBus
from services.production_status import write_production_status
from services.publication_status import write_publication_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from services.rows.lock_upload import lock_upload
from services.upload_status import write_upload_status
from tests.factories import (
    id_of,
    make_production,
    make_publication,
    make_space,
    make_tick,
    make_token,
    make_upload,
)

NEXT = {
    ProductionStatus.QUEUED: ProductionStatus.PROCESSING,
    ProductionStatus.PROCESSING: ProductionStatus.FAILED,
    ProductionStatus.FAILED: ProductionStatus.QUEUED,
}


class Writer:
    def __init__(self, bus):
        self._bus = bus
        self._writing = None
        self._is_going = False

    async def begin(self, count):
        """Rows of its own: the tables are those of every writer before this one."""
        owner = await models.User.create(email=f"{uuid4()}@example.org", name="Ada")
        space = await make_space(owner, slug=f"space-{uuid4()}")
        self._productions = [
            await make_production(owner, status=ProductionStatus.QUEUED, title=f"p{number}")
            for number in range(count)
        ]
        self._upload = await make_upload(owner)
        self._publication = await make_publication(self._productions[0], space)
        return {
            "token": await make_token(owner),
            "productions": [id_of(production) for production in self._productions],
            "upload": id_of(self._upload),
            "publication": id_of(self._publication),
            "space": id_of(space),
        }

    async def carry_out(self, order):
        match order["do"]:
            case "go":
                self._is_going = True
                self._writing = asyncio.create_task(self._write(order["pause"]))
            case "hold":
                self._is_going = False
                if self._writing is not None:
                    await self._writing
            case "turn":
                try:
                    return {"sequence": await self._turn(self._productions[order["production"]])}
                except Exception as error:
                    return {"error": repr(error)}
        return {}

    async def _write(self, pause):
        while self._is_going:
            turn = random.choice([self._turn, self._turn, self._turn_upload, self._turn_publication])
            with suppress(Exception):
                await (turn(random.choice(self._productions)) if turn == self._turn else turn())
            await asyncio.sleep(pause)

    async def _turn(self, production):
        """The next transition, written as every writer writes it, and sometimes progress after it."""
        async with in_transaction():
            locked = await lock_production(models.Production.all(), production.id)
            render = await models.Render.get(production_id=production.id, number=1)
            state = RenderState(NEXT[locked.status], 0)
            await write_production_status(locked, render, state, cause="turned")
        await self._bus.announce_transition()
        if locked.status is ProductionStatus.PROCESSING:
            await self._bus.announce_progress(make_tick(locked, locked.sequence, 50, "TRANSCODING"))
        return locked.sequence

    async def _turn_upload(self):
        async with in_transaction():
            upload = await lock_upload(models.Upload.all(), self._upload.id)
            is_ready = upload.status is UploadStatus.READY
            status = UploadStatus.VERIFYING if is_ready else UploadStatus.READY
            await write_upload_status(upload, status, cause="turned")
        await self._bus.announce_transition()

    async def _turn_publication(self):
        async with in_transaction():
            await lock_production(models.Production.all(), self._publication.production_id)
            publication = await models.Publication.get(id=self._publication.id)
            is_live = publication.status is PublicationStatus.LIVE
            status = PublicationStatus.WITHDRAWN if is_live else PublicationStatus.LIVE
            await write_publication_status(publication, status, cause="turned")
        await self._bus.announce_transition()


async def main():
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    order = json.loads(await lines.readline())
    async with open_database(order["database_url"]):
        bus = RedisEventBus(order["redis_url"])
        writer = Writer(bus)
        answer(await writer.begin(order["productions"]))
        while line := await lines.readline():
            answer(await writer.carry_out(json.loads(line)))
        await bus.close()


def answer(body):
    print(json.dumps(body), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
