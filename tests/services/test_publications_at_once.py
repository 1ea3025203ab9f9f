"""Everything that moves publications, at once: nothing waits for ever, and the log tells the truth."""

import asyncio
import random
from collections import Counter
from contextlib import suppress

import pytest
from tortoise.transactions import in_transaction

import models
from models.statuses import PublicationStatus, StatusEventKind
from services.delete_production import delete_production
from services.delete_space import delete_space
from services.errors import Refused
from services.publication_status import write_publication_status
from services.publish import PublishErrorCode, publish
from services.publish_scheduled import publish_scheduled
from services.rows.lock_production import lock_free_productions, lock_production
from services.rows.lock_space import lock_space
from services.unpublish import unpublish
from tests.event_log import log_of
from tests.factories import make_production, make_publication, make_space, make_user, viewer_of
from tests.slow_cases import slow_after
from tests.waiting_for_a_lock import waiting_for_a_lock

PATIENCE = 30
EACH = 25


class Crowd:
    """What people and the worker do, each by the real operation; what is refused changes nothing."""

    def __init__(self, gateways, owner, productions, spaces, seed):
        self.bus, self.clock, self.viewer = gateways.bus, gateways.clock, viewer_of(owner)
        self.productions, self.spaces = productions, spaces
        self.chance, self.done, self.is_busy = random.Random(seed), Counter(), asyncio.Event()

    async def publishes(self):
        how = self.chance.choice([{}, {"publish_at": self.clock.now()}])
        await publish(
            viewer=self.viewer,
            bus=self.bus,
            clock=self.clock,
            space_ids=self.chance.sample(self.spaces, self.chance.randint(1, len(self.spaces))),
            production_id=self.chance.choice(self.productions),
            when_ready=True,
            **how,
        )

    async def withdraws(self):
        await unpublish(
            viewer=self.viewer,
            bus=self.bus,
            clock=self.clock,
            production_id=self.chance.choice(self.productions),
            space_ids=self.chance.choice([None, [self.chance.choice(self.spaces)]]),
        )

    async def keeps_the_schedule(self):
        await publish_scheduled(bus=self.bus, clock=self.clock)

    async def often(self, step):
        for _ in range(EACH):
            with suppress(Refused):
                await step()
                self.done[step.__name__] += 1
            if self.done["publishes"] >= EACH:
                self.is_busy.set()

    async def once(self, operation):
        """In the middle of it all."""
        await self.is_busy.wait()
        await operation


async def check_the_log():
    """Of each publication that ever was: no gap, each row from where the one before led, and at its end what
    is true."""
    present = {row.id: row for row in await models.Publication.all()}
    subjects = await models.StatusEvent.filter(
        kind=StatusEventKind.PUBLICATION_STATUS, sequence=1
    ).values_list("subject_id", flat=True)
    assert set(subjects) >= present.keys()
    for subject_id in subjects:
        log = await log_of(subject_id)
        assert [row["sequence"] for row in log] == list(range(1, len(log) + 1))
        assert [row["previousStatus"] for row in log] == [None, *(row["status"] for row in log[:-1])]
        row = present.get(subject_id)
        last = (row.status, row.sequence) if row else (PublicationStatus.WITHDRAWN, len(log))
        assert (log[-1]["status"], log[-1]["sequence"]) == last
    return subjects


@pytest.mark.parametrize("seed", slow_after(1, [1, 2]))
async def test_everybody_at_once(gateways, life, seed):
    """Two productions, one of which completes meanwhile, in four spaces, two of which are deleted."""
    owner = await models.User.get()
    await life.work()
    productions = [life.production_id, (await make_production(owner)).id]
    spaces = [(await make_space(owner)).id for _ in range(4)]
    crowd = Crowd(gateways, owner, productions, spaces, seed)
    deletions = [
        delete_space(viewer=crowd.viewer, bus=crowd.bus, space_id=space) for space in (spaces[0], spaces[2])
    ]
    steps = [crowd.publishes, crowd.publishes, crowd.withdraws, crowd.keeps_the_schedule]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(
            *(crowd.often(step) for step in steps * 2),
            *(crowd.once(operation) for operation in [life.completes(), *deletions]),
        )
    await crowd.keeps_the_schedule()
    assert crowd.done["publishes"] >= EACH
    assert crowd.done["withdraws"] > 0
    assert {p.status for p in await models.Publication.all()} <= {
        PublicationStatus.LIVE,
        PublicationStatus.WITHDRAWN,
    }
    assert len(await check_the_log()) >= 8
    assert {p.space_id for p in await models.Publication.all()} <= {spaces[1], spaces[3]}


@pytest.mark.parametrize("deletes", ["production", "space"])
async def test_a_deletion_waits_for_who_is_writing(gateways, aside, deletes):
    owner = await make_user()
    production, space = await make_production(owner), await make_space(owner)
    publication = await make_publication(production, space, PublicationStatus.WAITING)
    how = {"viewer": viewer_of(owner), "bus": gateways.bus}
    async with in_transaction():
        await lock_production(models.Production.all(), production.id)
        deletion = aside(
            delete_space(space_id=space.id, **how)
            if deletes == "space"
            else delete_production(production_id=production.id, **how)
        )
        await waiting_for_a_lock()
        assert not deletion.done()
        await write_publication_status(publication, PublicationStatus.LIVE, cause="written meanwhile")
    await deletion
    assert [row["status"] for row in await log_of(publication.id)] == ["WAITING", "LIVE", "WITHDRAWN"]
    assert await models.Publication.all().count() == 0


async def test_publishing_waits_for_a_deletion_of_its_space(gateways, aside):
    owner = await make_user()
    production, space = await make_production(owner), await make_space(owner)
    async with in_transaction():
        await lock_space(space.id)
        publishing = aside(
            publish(
                viewer=viewer_of(owner),
                bus=gateways.bus,
                clock=gateways.clock,
                space_ids=[space.id],
                production_id=production.id,
            )
        )
        await waiting_for_a_lock()
        await space.delete()
    with pytest.raises(Refused) as refused:
        await publishing
    (error,) = refused.value.errors
    assert (error.code, error.path) == (PublishErrorCode.SPACE_NOT_FOUND, ("input", "spaceIds", "0"))
    assert await models.StatusEvent.filter(kind=StatusEventKind.PUBLICATION_STATUS).count() == 0


async def test_a_schedule_does_not_wait_for_who_is_writing(gateways, aside):
    owner = await make_user()
    busy, free, space = await make_production(owner), await make_production(owner), await make_space(owner)
    for production in (busy, free):
        await make_publication(production, space, PublicationStatus.SCHEDULED)
    await models.Publication.all().update(publish_at=gateways.clock.now())
    async with asyncio.timeout(PATIENCE), in_transaction():
        await lock_production(models.Production.all(), busy.id)
        assert await aside(publish_scheduled(bus=gateways.bus, clock=gateways.clock)) == 1
    assert (await models.Publication.get(production_id=free.id)).status is PublicationStatus.LIVE
    assert await publish_scheduled(bus=gateways.bus, clock=gateways.clock) == 1
    await check_the_log()


async def test_two_who_publish_into_one_space_do_not_wait_for_each_other(gateways, aside):
    owner = await make_user()
    production, other = await make_production(owner), await make_production(owner)
    space = await make_space(owner)
    async with asyncio.timeout(PATIENCE), in_transaction():
        await lock_production(models.Production.all(), production.id, new_spaces=[space.id])
        await aside(
            publish(
                viewer=viewer_of(owner),
                bus=gateways.bus,
                clock=gateways.clock,
                space_ids=[space.id],
                production_id=other.id,
            )
        )
    assert [p.production_id for p in await models.Publication.all()] == [other.id]


async def test_a_space_is_deleted_after_what_is_due_in_it(gateways, aside):
    """Whoever turns due publications holds their spaces, as everybody who writes one does."""
    owner = await make_user()
    production, space = await make_production(owner), await make_space(owner)
    publication = await make_publication(production, space, PublicationStatus.SCHEDULED)
    async with in_transaction():
        [_] = await lock_free_productions([production.id])
        deleting = aside(delete_space(viewer=viewer_of(owner), bus=gateways.bus, space_id=space.id))
        await waiting_for_a_lock()
        await write_publication_status(publication, PublicationStatus.LIVE, cause="publishAt has come")
    await deleting
    told = [(row["previousStatus"], row["status"]) for row in await log_of(publication.id)]
    assert told[-2:] == [("SCHEDULED", "LIVE"), ("LIVE", "WITHDRAWN")]
