"""Sequence numbers follow the event log's order, whoever writes at the same time."""

import asyncio
import random

import pytest
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.production_status import write_production_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from tests.factories import make_production, make_user

WRITERS, EACH = 8, 40
STATUSES = [ProductionStatus.PROCESSING, ProductionStatus.FAILED, ProductionStatus.QUEUED]


async def lock_the_row_alone(rows, production_id):
    """What lock_production would be without its advisory lock."""
    return await rows.filter(id=production_id).select_for_update().first()


async def write(lock, production_id, chance):
    for _ in range(EACH):
        async with in_transaction():
            production = await lock(models.Production.all(), production_id)
            render = await models.Render.get(production_id=production_id, number=1)
            status = chance.choice([s for s in STATUSES if s is not production.status])
            await write_production_status(production, render, RenderState(status), cause="turned")


async def sequences_in_the_logs_order(lock):
    production = await make_production(await make_user(), status=ProductionStatus.QUEUED)
    await asyncio.gather(*(write(lock, production.id, random.Random(n)) for n in range(WRITERS)))
    rows = await models.StatusEvent.filter(subject_id=production.id).order_by("transaction_id", "id")
    return [row.sequence for row in rows]


async def test_sequences_follow_the_order_of_commits(gateways):
    told = await sequences_in_the_logs_order(lock_production)
    assert told == list(range(1, WRITERS * EACH + 2))


@pytest.mark.slow
async def test_the_rows_lock_alone_would_not_do(gateways):
    """A writer that waits for a row has drawn its transaction's id already, and another that came later may
    get the row first. Should PostgreSQL ever change this, the advisory lock can go."""
    for _ in range(10):
        told = await sequences_in_the_logs_order(lock_the_row_alone)
        if told != sorted(told):
            return
    pytest.fail("The order held ten times without the advisory lock.")
