"""A worker that makes transitions all the time: `python -m tests.transition_writer`, told by lines of JSON.

The first is `{"database_url", "redis_url", "productions"}`, answered by a token and the productions' ids.
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
from models.statuses import ProductionStatus
from server.database import open_database
from services.gateways.event_bus import ProgressTick
from services.gateways.redis_event_bus import RedisEventBus
from services.production_status import write_production_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from tests.factories import id_of, make_production, make_token

NEXT = {
    ProductionStatus.QUEUED: ProductionStatus.PROCESSING,
    ProductionStatus.PROCESSING: ProductionStatus.FAILED,
    ProductionStatus.FAILED: ProductionStatus.QUEUED,
}


class Writer:
    def __init__(self, bus, productions):
        self._bus = bus
        self._productions = productions
        self._writing = None
        self._is_going = False

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
            with suppress(Exception):
                await self._turn(random.choice(self._productions))
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
            await self._bus.announce_progress(ProgressTick(production.id, 1, 50, "TRANSCODING"))
        return locked.sequence


async def main():
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    order = json.loads(await lines.readline())
    async with open_database(order["database_url"]):
        bus = RedisEventBus(order["redis_url"])
        # The tables are those of every writer before this one.
        owner = await models.User.create(email=f"{uuid4()}@example.org", name="Ada")
        productions = [
            await make_production(owner, status=ProductionStatus.QUEUED, title=f"p{number}")
            for number in range(order["productions"])
        ]
        answer({"token": await make_token(owner), "ids": [id_of(production) for production in productions]})
        writer = Writer(bus, productions)
        while line := await lines.readline():
            answer(await writer.carry_out(json.loads(line)))
        await bus.close()


def answer(body):
    print(json.dumps(body), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
