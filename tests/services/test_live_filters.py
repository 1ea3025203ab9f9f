"""Many productions as one stream: each filter holds for the present, for transitions and for ticks."""

import pytest

from models.statuses import ProductionStatus, PublicationStatus, SpaceRole
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
from tests.services.following import many, short, told
from tests.telling import tell

QUEUED, PROCESSING, FAILED = ProductionStatus.QUEUED, ProductionStatus.PROCESSING, ProductionStatus.FAILED


@pytest.fixture
async def scene(gateways):
    """A viewer who sees three productions: their own, another one of the same upload, and one of somebody
    else's shown in a space."""
    viewer, other = await make_user(), await make_user()
    space = await make_space(other)
    await add_member(space, viewer, SpaceRole.PUBLISHER)
    upload = await make_upload(viewer)
    first = await make_production(viewer, upload=upload, status=QUEUED, title="first")
    second = await make_production(viewer, status=QUEUED, title="second")
    shown = await make_production(other, status=QUEUED, title="shown")
    await make_publication(shown, space, PublicationStatus.WAITING)
    await make_production(other, status=QUEUED, title="hidden")
    filters = {
        "all": ({}, ["first", "second", "shown"]),
        "space": ({"space_id": space.id}, ["shown"]),
        "upload": ({"upload_id": upload.id}, ["first"]),
        "owner": ({"owner_id": other.id}, ["shown"]),
        "title": ({"title_contains": "SECO"}, ["second"]),
        "two": ({"owner_id": viewer.id, "upload_id": upload.id}, ["first"]),
    }
    return viewer_of(viewer), [first, second, shown], filters


@pytest.mark.parametrize("name", ["all", "space", "upload", "owner", "title", "two"])
async def test_only_what_the_filter_lets_through(gateways, scene, name):
    viewer, productions, filters = scene
    wanted, titles = filters[name]
    async with many(gateways.hub, viewer, **wanted) as stream:
        present = [await told(stream) for _ in titles]
        assert [short(change) for change in present] == [(title, 1, "QUEUED", 0) for title in titles]
        for production in productions:
            await tell(gateways, production, status=PROCESSING)
        moved = [await told(stream) for _ in titles]
        assert [short(change) for change in moved] == [(title, 2, "PROCESSING", 0) for title in titles]
        for percent in (10, 20):
            for production in productions:
                await gateways.bus.announce_progress(make_tick(production, 2, percent))
            ticked = [short(await told(stream)) for _ in titles]
            assert sorted(ticked) == [(title, 2, "PROCESSING", percent) for title in titles]
        for production in productions:
            await tell(gateways, production, status=FAILED)
        ends = [short(await told(stream))[:3] for _ in titles]
        assert ends == [(title, 3, "FAILED") for title in titles]
    async with many(gateways.hub, viewer, present[-1].cursor, **wanted) as stream:
        missed = [(await told(stream)) for _ in range(2 * len(titles))]
        assert [(c.production.title, c.status.value) for c in missed] == [
            (title, status) for status in ("PROCESSING", "FAILED") for title in titles
        ]


async def test_only_the_statuses_that_are_asked_for(gateways, scene):
    viewer, [first, second, _], _ = scene
    async with many(gateways.hub, viewer, statuses=(PROCESSING,)) as stream:
        await tell(gateways, first, status=PROCESSING)
        assert short(await told(stream)) == ("first", 2, "PROCESSING", 0)
        await gateways.bus.announce_progress(make_tick(second, 1, 5))
        await gateways.bus.announce_progress(make_tick(first, 2, 10))
        assert short(await told(stream)) == ("first", 2, "PROCESSING", 10)
        await tell(gateways, first, status=FAILED)
        await tell(gateways, second, status=PROCESSING)
        assert short(await told(stream)) == ("second", 2, "PROCESSING", 0)
    async with many(gateways.hub, viewer, statuses=(QUEUED,)) as stream:
        assert short(await told(stream)) == ("shown", 1, "QUEUED", 0)
