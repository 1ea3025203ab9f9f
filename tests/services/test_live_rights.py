"""Rights that change while nothing happens to what is followed; and those of who joins while it does."""

import asyncio
import time
from contextlib import AsyncExitStack, aclosing

import pytest

from models.statuses import ProductionStatus, PublicationStatus, SpaceRole, SpaceVisibility
from services.delete_production import delete_production
from services.delete_space import delete_space
from services.delete_upload import delete_upload
from services.follow_production_status import follow_production_status
from services.follow_productions_status import follow_productions_status
from services.live import production_changes, told_since
from services.live.event_log import BEFORE_ALL
from services.live.production_changes import ProductionChanges
from services.production_filter import ProductionFilter
from services.remove_space_member import remove_space_member
from services.unpublish import unpublish
from services.update_production import update_production
from services.update_space import update_space
from services.update_space_member import update_space_member
from tests.factories import (
    add_member,
    make_production,
    make_publication,
    make_space,
    make_tick,
    make_upload,
    make_user,
    viewer_of,
)
from tests.services.following import PATIENCE, ended, many, one, publications_in, short, told, upload_of
from tests.telling import tell

PROCESSING, FAILED = ProductionStatus.PROCESSING, ProductionStatus.FAILED
HIDDEN, PUBLIC = SpaceVisibility.MEMBERS, SpaceVisibility.PUBLIC


class Scene:
    """A production of an owner's in a space of a host's, and somebody who may see it for being there."""

    async def make(self, *, role=SpaceRole.VIEWER, visibility=HIDDEN, status=ProductionStatus.COMPLETED):
        self.owner, self.host, self.watcher = [await make_user() for _ in range(3)]
        self.space = await make_space(self.host, visibility=visibility)
        if role is not None:
            await add_member(self.space, self.watcher, role)
        self.production = await make_production(self.owner, status=status, title="watched")
        is_out = status is ProductionStatus.COMPLETED
        shown = PublicationStatus.LIVE if is_out else PublicationStatus.WAITING
        await make_publication(self.production, self.space, shown)
        return self

    async def remove(self, gateways):
        await remove_space_member(
            viewer=viewer_of(self.host), space_id=self.space.id, user_id=self.watcher.id
        )

    async def demote(self, gateways):
        await update_space_member(
            viewer=viewer_of(self.host),
            space_id=self.space.id,
            user_id=self.watcher.id,
            role=SpaceRole.VIEWER,
        )

    async def hide(self, gateways):
        await update_space(viewer=viewer_of(self.host), space_id=self.space.id, visibility=HIDDEN)

    async def withdraw(self, gateways):
        viewer = viewer_of(self.owner)
        await unpublish(
            viewer=viewer, bus=gateways.bus, clock=gateways.clock, production_id=self.production.id
        )

    async def delete(self, gateways):
        await delete_production(
            viewer=viewer_of(self.owner), bus=gateways.bus, production_id=self.production.id
        )

    async def delete_space(self, gateways):
        await delete_space(viewer=viewer_of(self.host), bus=gateways.bus, space_id=self.space.id)


async def test_a_stream_ends_within_two_seconds_of_the_right_to_it(gateways):
    """Every reason at once, each for streams of its own; those of who may still see are not touched."""
    public = {"role": None, "visibility": PUBLIC}
    waiting = {"role": SpaceRole.PUBLISHER, "status": ProductionStatus.QUEUED}
    hub, before = gateways.hub, gateways.hub.followers
    of_production = [
        (await Scene().make(**how), change)
        for how, change in [
            ({}, Scene.remove),
            (waiting, Scene.remove),
            (waiting, Scene.demote),
            (public, Scene.hide),
            ({}, Scene.withdraw),
            ({}, Scene.delete),
            ({}, Scene.delete_space),
        ]
    ]
    of_space = [
        (await Scene().make(**how), change)
        for how, change in [({}, Scene.remove), (public, Scene.hide), ({}, Scene.delete_space)]
    ]
    uploader = await make_user()
    deleted, kept = await make_upload(uploader), await make_upload(uploader)
    async with AsyncExitStack() as stack:

        async def began(stream):
            entered = await stack.enter_async_context(stream)
            await told(entered)
            return entered

        ending = [
            await began(one(hub, viewer_of(scene.watcher), scene.production)) for scene, _ in of_production
        ]
        ending += [
            await began(publications_in(hub, viewer_of(scene.watcher), scene.space)) for scene, _ in of_space
        ]
        ending.append(await began(upload_of(hub, viewer_of(uploader), deleted)))
        staying = [
            await began(one(hub, viewer_of(scene.owner), scene.production))
            for scene, change in of_production
            if change is not Scene.delete
        ]
        staying += [
            await began(publications_in(hub, viewer_of(scene.host), scene.space))
            for scene, change in of_space
            if change is not Scene.delete_space
        ]
        staying.append(await began(upload_of(hub, viewer_of(uploader), kept)))
        began_at = time.monotonic()
        for scene, change in [*of_production, *of_space]:
            await change(scene, gateways)
        await delete_upload(viewer=viewer_of(uploader), bus=gateways.bus, upload_id=deleted.id)
        changed_at = time.monotonic()
        after_its_end = await asyncio.gather(*map(ended, ending))
        assert time.monotonic() - changed_at < 2, f"the changes alone took {changed_at - began_at:.1f} s"
        assert after_its_end == [[]] * len(ending)
        assert hub.followers == before + len(staying)


@pytest.fixture
async def scene(gateways):
    return await Scene().make(role=SpaceRole.PUBLISHER, status=PROCESSING)


@pytest.mark.slow
async def test_among_many_it_is_not_carried_any_more(gateways, scene, monkeypatch):
    """Neither its transitions nor its ticks, however long nothing was heard of it; and others are."""
    monkeypatch.setattr(production_changes, "ROUNDS", 1)
    own = await make_production(scene.watcher, status=PROCESSING, title="own")
    async with (
        many(gateways.hub, viewer_of(scene.watcher)) as stream,
        many(gateways.hub, viewer_of(scene.owner)) as owners,
    ):
        assert {short(await told(stream))[0] for _ in range(2)} == {"watched", "own"}
        await told(owners)
        await gateways.bus.announce_progress(make_tick(scene.production, 1, 10))
        assert short(await told(stream)) == short(await told(owners)) == ("watched", 1, "PROCESSING", 10)
        # Until what is known of it has been read again for the last time.
        await asyncio.sleep(1.1)
        await scene.remove(gateways)
        await asyncio.sleep(2)
        await gateways.bus.announce_progress(make_tick(scene.production, 1, 20))
        assert short(await told(owners)) == ("watched", 1, "PROCESSING", 20)
        await tell(gateways, scene.production, status=FAILED)
        assert short(await told(owners))[1:3] == (2, "FAILED")
        await gateways.bus.announce_progress(make_tick(own, 1, 30))
        assert short(await told(stream)) == ("own", 1, "PROCESSING", 30)


async def test_a_new_title_is_in_ticks_within_about_a_second(gateways, scene):
    async with one(gateways.hub, viewer_of(scene.owner), scene.production) as stream:
        await told(stream)
        await gateways.bus.announce_progress(make_tick(scene.production, 1, 1))
        assert (await told(stream)).production.title == "watched"
        await update_production(
            viewer=viewer_of(scene.owner),
            bus=gateways.bus,
            clock=gateways.clock,
            production_id=scene.production.id,
            title="renamed",
        )
        began, percent, title = time.monotonic(), 1, "watched"
        while title != "renamed":
            await asyncio.sleep(0.1)
            percent += 1
            await gateways.bus.announce_progress(make_tick(scene.production, 1, percent))
            title = (await told(stream)).production.title
        assert time.monotonic() - began < 2


async def test_who_joins_later_is_told_the_next_tick(gateways, scene):
    """Although rights were read for those before, and passed over whoever was not asked about."""
    async with one(gateways.hub, viewer_of(scene.owner), scene.production) as first:
        await told(first)
        await gateways.bus.announce_progress(make_tick(scene.production, 1, 10))
        await told(first)
        viewer = viewer_of(scene.watcher)
        async with one(gateways.hub, viewer, scene.production) as second, many(gateways.hub, viewer) as third:
            await told(second)
            await told(third)
            await gateways.bus.announce_progress(make_tick(scene.production, 1, 20))
            for stream in (first, second, third):
                assert short(await told(stream)) == ("watched", 1, "PROCESSING", 20)


async def test_a_tick_of_what_nobody_followed_for_a_while_is_told(gateways, scene):
    viewer = viewer_of(scene.owner)
    async with one(gateways.hub, viewer, scene.production) as stream:
        await told(stream)
        await gateways.bus.announce_progress(make_tick(scene.production, 1, 10))
        await told(stream)
    await tell(gateways, scene.production, status=FAILED)
    async with one(gateways.hub, viewer, scene.production) as stream:
        assert short(await told(stream))[1:3] == (2, "FAILED")
        await gateways.bus.announce_progress(make_tick(scene.production, 2, 90))
        assert short(await told(stream)) == ("watched", 2, "FAILED", 90)


async def test_who_joins_while_rights_are_read_is_not_ended(gateways, monkeypatch):
    """The hub has read a transition and who of its followers may see it; somebody else joins, and only then
    is it told."""
    scene = await Scene().make(role=SpaceRole.PUBLISHER, status=ProductionStatus.QUEUED)
    read, let = asyncio.Event(), asyncio.Event()
    usual = ProductionChanges.changes_of

    async def slow(self, rows, users):
        found = await usual(self, rows, users)
        read.set()
        await let.wait()
        return found

    async with one(gateways.hub, viewer_of(scene.owner), scene.production) as first:
        await told(first)
        monkeypatch.setattr(ProductionChanges, "changes_of", slow)
        await tell(gateways, scene.production, status=PROCESSING)
        await asyncio.wait_for(read.wait(), PATIENCE)
        async with one(gateways.hub, viewer_of(scene.watcher), scene.production) as second:
            assert short(await told(second))[1:3] == (2, "PROCESSING")
            let.set()
            assert short(await told(first))[1:3] == (2, "PROCESSING")
            await tell(gateways, scene.production, status=FAILED)
            for stream in (first, second):
                assert short(await told(stream))[1:3] == (3, "FAILED")


class Stalled:
    """A listener that takes one change and is not ready for the next."""

    def __init__(self):
        self.told, self.has_begun, self.has_ended = [], asyncio.Event(), asyncio.Event()

    async def tell(self, change):
        self.told.append(change.sequence)
        self.has_begun.set()
        await asyncio.Event().wait()

    def end(self):
        self.has_ended.set()


async def test_a_slow_reader_of_the_past_is_ended_too(gateways, scene):
    follow = follow_production_status(
        viewer=viewer_of(scene.watcher), production_id=scene.production.id, after=BEFORE_ALL.to_cursor()
    )
    await tell(gateways, scene.production, status=FAILED)
    listener = Stalled()
    follower = gateways.hub.follow(follow, listener)
    catching_up = asyncio.create_task(follower.catch_up())
    await asyncio.wait_for(listener.has_begun.wait(), PATIENCE)
    await scene.remove(gateways)
    await asyncio.wait_for(listener.has_ended.wait(), PATIENCE)
    catching_up.cancel()
    assert listener.told == [1]


async def test_a_slow_reader_of_the_past_of_many_is_told_what_it_may_still_see(gateways, scene, monkeypatch):
    own = await make_production(scene.watcher, status=PROCESSING)
    await tell(gateways, scene.production, status=FAILED)
    await tell(gateways, own, status=FAILED)
    monkeypatch.setattr(told_since, "FRESH_SECONDS", 0)
    follow = follow_productions_status(
        viewer=viewer_of(scene.watcher), filter=ProductionFilter(), after=BEFORE_ALL.to_cursor()
    )
    async with aclosing(follow.past()) as past:
        first = await anext(past)
        await scene.remove(gateways)
        rest = [(change.subject_id, change.sequence) async for change in past]
    assert first.subject_id == scene.production.id
    assert rest == [(own.id, 1), (own.id, 2)]
