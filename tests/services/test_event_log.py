"""The log is read in the order in which nothing appears behind the reader's back."""

from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import orjson
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, StatusEventKind
from services.live import LiveHub
from services.live import hub as hub_module
from services.live import told_since as told_since_module
from services.live.changes import FollowerTooSlow
from services.live.event_log import BEFORE_ALL, horizon, latest_rows, read_settled
from tests.factories import make_production, make_tick, make_user, viewer_of
from tests.services.following import ended, many, one, short, told
from tests.telling import tell

PRODUCTION = StatusEventKind.PRODUCTION_STATUS
INSERT = """
INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at) VALUES ($1, $2, $3, $4, now())
RETURNING id
"""
DATA = {"previousStatus": None, "status": "QUEUED", "progressPercent": 0, "phase": None, "cause": "a test"}


async def write(subject_id, sequence, kind="PRODUCTION_STATUS", connection=None, **data):
    """A row; its id."""
    values = [kind, subject_id, sequence, orjson.dumps(DATA | data).decode()]
    if connection is not None:
        return await connection.fetchval(INSERT, *values)
    return (await connections.get("default").execute_query_dict(INSERT, values))[0]["id"]


@asynccontextmanager
async def held_open(database_url):
    """A transaction that has drawn its id and written nothing yet."""
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT pg_current_xact_id()")
    try:
        yield connection, transaction
    finally:
        await connection.close()


def ids(settled):
    return [row.position.id for row in settled.rows]


async def test_rows_are_read_in_batches_to_the_end(database):
    start, subject = await horizon(), uuid4()
    written = [await write(subject, number) for number in range(1, 6)]
    position, found, more = start, [], []
    while True:
        settled = await read_settled(position, limit=2)
        found, more = found + ids(settled), [*more, settled.has_more]
        assert not settled.is_held_back
        position = settled.reached
        if not settled.has_more:
            break
    assert (found, more) == (written, [True, True, False])
    assert position == await horizon() == settled.rows[-1].position


async def test_a_full_batch_may_be_the_last(database):
    start, subject = await horizon(), uuid4()
    written = [await write(subject, number) for number in (1, 2)]
    settled = await read_settled(start, limit=2)
    assert (ids(settled), settled.has_more) == (written, True)
    rest = await read_settled(settled.reached, limit=2)
    assert (ids(rest), rest.has_more, rest.reached) == ([], False, settled.reached)


async def test_what_an_older_transaction_may_come_before_is_held_back(database, embedded):
    start, subject = await horizon(), uuid4()
    before = await write(subject, 1)
    async with held_open(embedded.database_url) as (connection, transaction):
        after = await write(subject, 3)
        settled = await read_settled(start)
        assert (ids(settled), settled.has_more, settled.is_held_back) == ([before], False, True)
        assert await horizon() == settled.reached == settled.rows[-1].position
        assert (await latest_rows([subject]))[subject].position.id == after, "it is committed and seen"
        assert (await latest_rows([subject], up_to=settled.reached))[subject].position.id == before
        late = await write(subject, 2, connection=connection)
        await transaction.commit()
    again = await read_settled(settled.reached)
    assert (ids(again), again.is_held_back) == ([late, after], False)


async def test_what_was_rolled_back_holds_nothing_back(database, embedded):
    start, subject = await horizon(), uuid4()
    async with held_open(embedded.database_url) as (connection, transaction):
        await write(subject, 1, connection=connection)
        after = await write(subject, 2)
        assert (await read_settled(start)).is_held_back
        await transaction.rollback()
    assert ids(await read_settled(start)) == [after]


async def test_a_held_back_row_beyond_a_full_batch_is_read_later(database, embedded):
    start, subject = await horizon(), uuid4()
    written = [await write(subject, number) for number in (1, 2)]
    async with held_open(embedded.database_url):
        last = await write(subject, 3)
        settled = await read_settled(start, limit=2)
        assert (ids(settled), settled.has_more) == (written, True)
        rest = await read_settled(settled.reached, limit=2)
        assert (ids(rest), rest.has_more, rest.is_held_back) == ([], False, True)
        assert rest.reached == settled.reached
    assert ids(await read_settled(rest.reached)) == [last]


async def test_only_of_a_subject_and_a_kind(database):
    start, subject, other = await horizon(), uuid4(), uuid4()
    first = await write(subject, 1)
    await write(other, 1)
    await write(subject, 2, "UPLOAD_STATUS")
    last = await write(subject, 3)
    settled = await read_settled(start, subject_id=subject, kind=PRODUCTION)
    assert ids(settled) == [first, last]
    assert ids(await read_settled(start, subject_id=uuid4())) == []
    assert (await read_settled(start, subject_id=uuid4())).reached == start
    assert await latest_rows([]) == {}
    assert await latest_rows([subject], up_to=BEFORE_ALL) == {}


@pytest.fixture
async def production(gateways):
    return await make_production(await make_user(), status=ProductionStatus.QUEUED, title="p")


async def test_a_newer_servers_kind_of_row_is_passed_over(gateways, production):
    """By the hub and by who resumes; and what comes after it is told."""
    viewer = viewer_of(await models.User.get(id=production.owner_id))
    async with one(gateways.hub, viewer, production) as stream:
        cursor = (await told(stream)).cursor
        await write(uuid4(), 1, "DREAM_STATUS", mood="new")
        await tell(gateways, production, status=ProductionStatus.PROCESSING)
        assert short(await told(stream)) == ("p", 2, "PROCESSING", 0)
    assert gateways.hub.is_healthy
    async with many(gateways.hub, viewer, cursor) as stream:
        assert short(await told(stream)) == ("p", 2, "PROCESSING", 0)


@pytest.mark.parametrize("status", ["DREAMING", None])
async def test_a_row_that_is_not_understood_holds_up_nobody_else(gateways, production, status):
    """Its followers are let go, for another process to tell them; what else is in the batch is told."""
    owner = await models.User.get(id=production.owner_id)
    viewer, strange = viewer_of(owner), await make_production(owner)
    async with (
        one(gateways.hub, viewer, production) as stream,
        one(gateways.hub, viewer, strange) as let_go,
    ):
        await told(stream)
        await told(let_go)
        async with in_transaction():
            await write(strange.id, 2, status=status)
            await write(uuid4(), 1, "PUBLICATION_STATUS")
            await write(production.id, 2, status="PROCESSING")
        await gateways.bus.announce_transition()
        assert (await told(stream)).sequence == 2
        with pytest.raises(FollowerTooSlow):
            await told(let_go)
    assert gateways.hub.is_healthy


async def test_rights_are_looked_at_although_a_row_is_not_understood(gateways, production):
    owner = await models.User.get(id=production.owner_id)
    viewer, strange = viewer_of(owner), await make_production(owner, status=ProductionStatus.PROCESSING)
    async with one(gateways.hub, viewer, production) as stream, one(gateways.hub, viewer, strange) as other:
        await told(stream)
        await told(other)
        await gateways.bus.announce_progress(make_tick(strange, 1, 10))
        await told(other)
        newer = "UPDATE productions SET status = 'DREAMING' WHERE id = $1"
        await connections.get("default").execute_query(newer, [strange.id])
        await models.Production.filter(id=production.id).delete()
        assert await ended(stream) == []


class NotingHub(LiveHub):
    """Notes in which reading of the log each change was told."""

    def __init__(self, bus):
        super().__init__(bus)
        self.readings, self.told_in = 0, []

    async def _read_on(self):
        self.readings += 1
        return await super()._read_on()

    def _tell(self, change):
        self.told_in.append(self.readings)
        super()._tell(change)


async def test_the_hub_and_who_resumes_read_on_batch_by_batch(gateways, production, monkeypatch):
    """Two rows at a time, and all in one go."""

    async def by_two(after):
        return await read_settled(after, limit=2)

    monkeypatch.setattr(hub_module, "read_settled", by_two)
    monkeypatch.setattr(told_since_module, "AT_ONCE", 2)
    viewer = viewer_of(await models.User.get(id=production.owner_id))
    hub = NotingHub(gateways.bus)
    await hub.start()
    async with many(hub, viewer) as stream:
        cursor = (await told(stream)).cursor
        async with in_transaction():
            for sequence in range(2, 8):
                await write(production.id, sequence)
        await gateways.bus.announce_transition()
        assert [(await told(stream)).sequence for _ in range(6)] == [2, 3, 4, 5, 6, 7]
        assert len(hub.told_in) == 6
        assert len(set(hub.told_in)) == 1
    async with many(hub, viewer, cursor) as stream:
        assert [(await told(stream)).sequence for _ in range(6)] == [2, 3, 4, 5, 6, 7]
    await hub.stop()
