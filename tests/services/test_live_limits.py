"""Live streams at their limits: slow readers, long absences, foreign messages, and what stays behind."""

import asyncio
import tracemalloc
from contextlib import aclosing

import pytest
from tortoise import connections

import models
from models.statuses import ProductionStatus
from services.errors import BadInput, NotFound
from services.follow_production_status import follow_production_status
from services.follow_productions_status import MAX_INITIAL, follow_productions_status
from services.live.changes import MAX_WAITING, FollowerTooSlow, changes
from services.live.event_log import BATCH, BEFORE_ALL
from services.production_filter import ProductionFilter
from services.viewer import ANONYMOUS
from tests.factories import make_production, make_tick, make_upload, make_user, viewer_of

# For hundreds of queries on a busy machine; only a stream that hangs takes so long.
PATIENCE = 60
MANY = MAX_WAITING + BATCH // 2
# One transaction each, as transitions are: what one transaction adds is settled at once.
TRANSITIONS = """
DO $$ BEGIN FOR n IN 2..{last} LOOP
  INSERT INTO status_events (kind, subject_id, sequence, occurred_at, data)
  VALUES ('PRODUCTION_STATUS', '{production}', n, now(), jsonb_build_object(
    'previousStatus', CASE WHEN n % 2 = 0 THEN 'QUEUED' ELSE 'PROCESSING' END,
    'status', CASE WHEN n % 2 = 0 THEN 'PROCESSING' ELSE 'QUEUED' END,
    'progressPercent', 0, 'phase', null, 'renderNumber', 1, 'cause', 'made by a test'));
  COMMIT;
END LOOP; END $$
"""


async def write_many(gateways, production, last):
    statement = TRANSITIONS.format(last=last, production=production.id)
    await connections.get("default").execute_query(statement)
    await models.Production.filter(id=production.id).update(sequence=last)
    await gateways.bus.announce_transition()


def follow(gateways, owner, production, after=None):
    return aclosing(
        changes(
            gateways.hub,
            follow_production_status(viewer=viewer_of(owner), production_id=production.id, after=after),
        )
    )


def follow_all(gateways, viewer, after=None):
    return aclosing(
        changes(
            gateways.hub,
            follow_productions_status(viewer=viewer, filter=ProductionFilter(), after=after),
        )
    )


async def heard(gateways, owner, production):
    """Wait until the hub has read as far as it can: a second stream's news comes after the first one's."""
    other = await make_production(owner, status=ProductionStatus.QUEUED)
    async with follow(gateways, owner, other) as stream:
        await anext(stream)
        await write_many(gateways, other, 2)
        await asyncio.wait_for(anext(stream), PATIENCE)


async def test_a_slow_reader_is_let_go_and_can_go_on(gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    seen = []
    async with follow(gateways, owner, production) as stream, asyncio.timeout(PATIENCE):
        first = await anext(stream)
        seen.append(first.sequence)
        await write_many(gateways, production, MANY)
        await heard(gateways, owner, production)
        with pytest.raises(FollowerTooSlow):
            await anext(stream)
    async with follow(gateways, owner, production, first.cursor) as stream, asyncio.timeout(PATIENCE):
        seen += [(await anext(stream)).sequence for _ in range(MANY - 1)]
        await write_one_more(gateways, production, MANY + 1)
        seen.append((await anext(stream)).sequence)
    assert seen == list(range(1, MANY + 2))


async def test_who_stops_reading_a_long_past_costs_a_bounded_number_of_kib(gateways):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED)
    await write_many(gateways, production, MANY)
    costs = []
    for _ in range(5):
        follow = follow_production_status(
            viewer=viewer_of(owner), production_id=production.id, after=BEFORE_ALL.to_cursor()
        )
        async with aclosing(follow.past()) as past:
            tracemalloc.start()
            await anext(past)
            costs.append(tracemalloc.get_traced_memory()[0] / 1024)
            tracemalloc.stop()
    # What is everybody's is made once, and what a connection keeps once for each connection.
    assert min(costs) < 256


async def write_one_more(gateways, production, sequence):
    await models.StatusEvent.create(
        kind="PRODUCTION_STATUS",
        subject_id=production.id,
        sequence=sequence,
        data={
            "previousStatus": "QUEUED",
            "status": "PROCESSING",
            "progressPercent": 0,
            "phase": None,
            "renderNumber": 1,
            "cause": "made by a test",
        },
    )
    await gateways.bus.announce_transition()


STRANGE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"production_id": 5, "sequence": 1, "progress_percent": 1, "phase": null, %t}',
    b'{"production_id": "%s", "sequence": "first", "progress_percent": 1, "phase": null, %t}',
    b'{"production_id": "%s", "sequence": 1, "progress_percent": [], "phase": null, %t}',
    b'{"production_id": "%s", "sequence": 1, "progress_percent": 30, "phase": "DREAMING", %t}',
]


@pytest.mark.parametrize("body", STRANGE)
async def test_a_message_nobody_understands_ends_nothing(gateways, body):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.PROCESSING)
    body = body.replace(b"%s", str(production.id).encode())
    body = body.replace(b"%t", b'"occurred_at": "2026-11-25T12:00:00Z"')
    async with follow(gateways, owner, production) as stream, asyncio.timeout(PATIENCE):
        await anext(stream)
        for channel in gateways.bus._channels.values():
            await gateways.bus._announcer._redis.publish(channel, body)
        await gateways.bus.announce_progress(make_tick(production, 1, 40, "TRANSCODING"))
        change = await anext(stream)
    assert (change.sequence, change.progress_percent, change.phase) == (1, 40, "TRANSCODING")
    assert gateways.hub.is_healthy


async def test_the_newest_hundred_under_way_come_first(gateways):
    owner = await make_user()
    upload = await make_upload(owner)
    made = [
        await make_production(owner, upload=upload, status=ProductionStatus.QUEUED)
        for _ in range(MAX_INITIAL + 2)
    ]
    await make_production(owner, upload=upload)
    async with follow_all(gateways, viewer_of(owner)) as stream, asyncio.timeout(PATIENCE):
        first = [(await anext(stream)).production.id for _ in range(MAX_INITIAL)]
        assert first == [production.id for production in made[2:]]
        await write_one_more(gateways, made[0], 2)
        assert (await anext(stream)).production.id == made[0].id


@pytest.mark.parametrize("after", ["", "x", "AAAA", "ü", "=" * 23, "A" * 10_000])
async def test_a_refused_stream_leaves_nothing_registered(gateways, after):
    owner = await make_user()
    production = await make_production(owner)
    before = gateways.hub.followers
    with pytest.raises(BadInput):
        follow_all(gateways, viewer_of(owner), after)
    with pytest.raises(BadInput):
        follow(gateways, owner, production, after)
    async with aclosing(
        changes(
            gateways.hub, follow_production_status(viewer=ANONYMOUS, production_id=production.id, after=None)
        )
    ) as stream:
        with pytest.raises(NotFound):
            await anext(stream)
    assert gateways.hub.followers == before


async def test_a_reader_that_is_cancelled_while_it_waits_is_unregistered(gateways):
    owner = await make_user()
    production = await make_production(owner)
    before = gateways.hub.followers

    async def read():
        async with follow(gateways, owner, production) as stream:
            async for _ in stream:
                present.set()

    present = asyncio.Event()
    reading = asyncio.create_task(read())
    await asyncio.wait_for(present.wait(), PATIENCE)
    assert gateways.hub.followers == before + 1
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert gateways.hub.followers == before
