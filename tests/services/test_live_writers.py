"""Many writers at once, whose transactions begin and commit in any order, and followers that come and go."""

import asyncio
import random
from contextlib import aclosing

import pytest
from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus
from services.follow_productions_status import follow_productions_status
from services.live.changes import changes
from services.production_filter import ProductionFilter
from services.production_status import write_production_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from tests.factories import make_production, make_upload, make_user, viewer_of

PATIENCE = 30
WRITERS, EACH, PRODUCTIONS = 4, 50, 10
STATUSES = [ProductionStatus.PROCESSING, ProductionStatus.FAILED, ProductionStatus.QUEUED]


async def queued_productions():
    owner = await make_user()
    upload = await make_upload(owner)
    made = [
        await make_production(owner, upload=upload, status=ProductionStatus.QUEUED)
        for _ in range(PRODUCTIONS)
    ]
    return owner, made


async def turn(gateways, production, choose, dawdle=0):
    async with in_transaction():
        locked = await lock_production(models.Production.all(), production.id)
        render = await models.Render.get(production_id=production.id, number=1)
        await write_production_status(locked, render, choose(locked), cause="turned")
        for _ in range(dawdle):
            await models.Production.all().count()
    await gateways.bus.announce_transition()


async def write(gateways, chance, productions, written=None):
    """Transitions of random productions; some transactions draw their id early and commit late."""

    def another(production):
        return RenderState(chance.choice([s for s in STATUSES if s is not production.status]), 0)

    for _ in range(EACH):
        await turn(gateways, chance.choice(productions), another, dawdle=chance.choice([0, 0, 1, 8]))
        if written is not None:
            written.put_nowait(None)


async def follow_with_gaps(gateways, viewer, chance, cursor, is_over):
    """What is told, as (production, sequence), over many streams, each after the last one's cursor."""
    seen = []
    while not is_over(seen):
        stream = changes(
            gateways.hub,
            follow_productions_status(viewer=viewer, filter=ProductionFilter(), after=cursor),
        )
        async with aclosing(stream):
            for _ in range(chance.randint(1, 25)):
                if is_over(seen):
                    break
                change = await anext(stream)
                cursor = change.cursor
                seen.append((change.production.id, change.sequence))
    return seen


@pytest.mark.parametrize("seed", [1, 2])
async def test_followers_see_all_of_it_once_and_in_order(gateways, seed):
    owner, productions = await queued_productions()
    stream = changes(
        gateways.hub,
        follow_productions_status(viewer=viewer_of(owner), filter=ProductionFilter(), after=None),
    )
    async with aclosing(stream), asyncio.timeout(PATIENCE):
        cursor = [(await anext(stream)).cursor for _ in productions][-1]
    total = WRITERS * EACH
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        followers = [
            group.create_task(
                follow_with_gaps(
                    gateways,
                    viewer_of(owner),
                    random.Random(seed * 100 + number),
                    cursor,
                    lambda seen: len(seen) >= total,
                )
            )
            for number in range(2)
        ]
        for number in range(WRITERS):
            group.create_task(write(gateways, random.Random(seed * 10 + number), productions))
    written = {p.id: p.sequence for p in await models.Production.all()}
    assert sum(written.values()) == total + PRODUCTIONS
    for follower in followers:
        seen = follower.result()
        told = {p.id: [sequence for id, sequence in seen if id == p.id] for p in productions}
        assert told == {id: list(range(2, last + 1)) for id, last in written.items()}


async def until_all_are_completed(gateways, viewer):
    """What a stream without a cursor tells of each production, from its present state to its last."""
    seen, completed = {}, set()
    stream = changes(
        gateways.hub, follow_productions_status(viewer=viewer, filter=ProductionFilter(), after=None)
    )
    async with aclosing(stream):
        while len(completed) < PRODUCTIONS:
            change = await anext(stream)
            seen.setdefault(change.production.id, []).append(change.sequence)
            if change.status is ProductionStatus.COMPLETED:
                completed.add(change.production.id)
    return seen


async def test_who_joins_in_the_middle_misses_nothing_from_then_on(gateways):
    owner, productions = await queued_productions()
    written, followers = asyncio.Queue(), []
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        writers = [
            group.create_task(write(gateways, random.Random(number), productions, written))
            for number in range(WRITERS)
        ]
        for _ in range(8):
            for _ in range(20):
                await written.get()
            following = until_all_are_completed(gateways, viewer_of(owner))
            followers.append(group.create_task(following))
        await asyncio.gather(*writers)
        for production in productions:
            await turn(gateways, production, lambda _: RenderState(ProductionStatus.COMPLETED, 100))
    final = {p.id: p.sequence for p in await models.Production.all()}
    for follower in followers:
        for production_id, sequences in follower.result().items():
            assert sequences == list(range(sequences[0], final[production_id] + 1))
