"""Every transition of a publication is one row of the event log, announced once it is committed."""

from datetime import timedelta

import pytest

import models
from models.statuses import ProductionStatus, PublicationStatus, SpaceRole
from services.delete_production import delete_production
from services.delete_space import delete_space
from services.errors import Refused
from services.publish import publish
from services.publish_scheduled import publish_scheduled
from services.unpublish import unpublish
from tests.event_log import log_of
from tests.factories import (
    add_member,
    make_production,
    make_publication,
    make_space,
    make_upload,
    make_user,
    viewer_of,
)


@pytest.fixture
async def owner(database):
    return await make_user()


@pytest.fixture
async def put(bus, clock, owner):
    """Publishes as the owner; the publications."""

    async def put(*spaces, **how):
        ids = [space.id for space in spaces]
        return (await publish(viewer=viewer_of(owner), bus=bus, clock=clock, space_ids=ids, **how))[1]

    return put


def row(publication, sequence, previous, status, cause):
    return {
        "kind": "PUBLICATION_STATUS",
        "sequence": sequence,
        "previousStatus": previous,
        "status": status,
        "spaceId": str(publication.space_id),
        "productionId": str(publication.production_id),
        "cause": cause,
    }


async def publications_told():
    """How many rows of the log are publications'."""
    return await models.StatusEvent.filter(kind="PUBLICATION_STATUS").count()


async def test_live_withdrawn_and_live_again(bus, clock, owner, put):
    production, spaces = await make_production(owner), [await make_space(owner), await make_space(owner)]
    before = await models.StatusEvent.all().count()
    made = await put(*spaces, production_id=production.id)
    assert bus.since() == [before + 2]
    assert await put(*spaces, production_id=production.id) == made
    assert bus.since() == [], "what is LIVE already is not published again"
    await unpublish(
        viewer=viewer_of(owner),
        bus=bus,
        clock=clock,
        production_id=production.id,
        space_ids=[spaces[0].id],
    )
    assert bus.since() == [before + 3]
    again = await put(*spaces, production_id=production.id)
    assert bus.since() == [before + 4]
    assert [publication.id for publication in again] == [publication.id for publication in made]
    one, other = again
    assert await log_of(one.id) == [
        row(one, 1, None, "LIVE", "publish"),
        row(one, 2, "LIVE", "WITHDRAWN", "unpublish"),
        row(one, 3, "WITHDRAWN", "LIVE", "publish"),
    ]
    assert await log_of(other.id) == [row(other, 1, None, "LIVE", "publish")]
    assert (one.sequence, one.withdrawn_at, other.sequence) == (3, None, 1)
    assert await models.StatusEvent.all().count() == before + 4


async def test_one_request_is_told_once(bus, owner, put):
    space, upload = await make_space(owner), await make_upload(owner)
    (made,) = await put(space, upload_id=upload.id, idempotency_key="once")
    assert bus.since() == [3, "work"], "of the upload, the production, and the publication"
    assert await put(space, upload_id=upload.id, idempotency_key="once") == [made]
    assert bus.since() == []
    assert await log_of(made.id) == [row(made, 1, None, "WAITING", "publish")]


async def test_a_key_that_is_over_is_taken_again(owner, put, clock):
    one, two = await make_space(owner), await make_space(owner)
    production = await make_production(owner)
    await put(one, production_id=production.id, idempotency_key="once")
    await models.IdempotencyKey.all().update(created_at=clock.now() - timedelta(hours=25))
    (publication,) = await put(two, production_id=production.id, idempotency_key="once")
    assert publication.space_id == two.id
    key = await models.IdempotencyKey.get()
    assert clock.now() - key.created_at < timedelta(hours=1)


async def test_a_schedule_comes_due(bus, clock, owner, put):
    """LIVE where there is something to play, WAITING where it is being rendered; each told as what it is."""
    space = await make_space(owner)
    done = await make_production(owner)
    under_way = await make_production(owner, status=ProductionStatus.PROCESSING)
    at = clock.now() + timedelta(hours=1)
    (first,) = await put(space, production_id=done.id, publish_at=at)
    (second,) = await put(space, production_id=under_way.id, publish_at=at, when_ready=True)
    await put(space, production_id=done.id, publish_at=at + timedelta(hours=1))
    assert await publications_told() == 2, "another time is no transition"
    await models.Publication.all().update(publish_at=clock.now())
    bus.since()
    told = await models.StatusEvent.all().count()
    assert await publish_scheduled(bus=bus, clock=clock) == 2
    assert bus.since() == [told + 2]
    assert await publish_scheduled(bus=bus, clock=clock) == 0
    assert bus.since() == []
    cause = "publishAt has come"
    assert await log_of(first.id) == [
        row(first, 1, None, "SCHEDULED", "publish"),
        row(first, 2, "SCHEDULED", "LIVE", cause),
    ]
    assert await log_of(second.id) == [
        row(second, 1, None, "SCHEDULED", "publish"),
        row(second, 2, "SCHEDULED", "WAITING", cause),
    ]
    live, waiting = await models.Publication.get(id=first.id), await models.Publication.get(id=second.id)
    assert (live.status, live.published_at is not None) == (PublicationStatus.LIVE, True)
    assert (waiting.status, waiting.published_at) == (PublicationStatus.WAITING, None)


async def test_completion_shows_what_waits(life):
    production, owner = await life.production(), await models.User.get()
    spaces = [await make_space(owner) for _ in range(3)]
    waiting = [await make_publication(production, s, PublicationStatus.WAITING) for s in spaces[:2]]
    withdrawn = await make_publication(production, spaces[2], PublicationStatus.WITHDRAWN)
    await life.work()
    life.bus.heard.clear()
    await life.completes()
    assert life.bus.heard == ["transition", "transition"]
    (completed,) = [r for r in await log_of(production.id) if r["status"] == "COMPLETED"]
    for publication in waiting:
        assert await log_of(publication.id) == [
            row(publication, 1, None, "WAITING", "made by a test"),
            row(publication, 2, "WAITING", "LIVE", completed["cause"]),
        ]
        shown = await models.Publication.get(id=publication.id)
        assert (shown.status, shown.published_at) == (PublicationStatus.LIVE, life.clock.now())
    assert len(await log_of(withdrawn.id)) == 1
    at = {r.subject_id: r.transaction_id for r in await models.StatusEvent.all().order_by("sequence")}
    assert {at[p.id] for p in waiting} == {at[production.id]}, "one transaction"


async def every_status(production, owner):
    """A publication in each, by status."""
    return {
        status.value: await make_publication(production, await make_space(owner), status)
        for status in PublicationStatus
    }


async def test_the_last_word_on_a_deleted_productions_publications(bus, owner):
    production, other = await make_production(owner), await make_production(owner)
    made = await every_status(production, owner)
    kept = await make_publication(other, await make_space(owner))
    before = await models.StatusEvent.all().count()
    await delete_production(viewer=viewer_of(owner), bus=bus, production_id=production.id)
    assert bus.since() == [before + 3, "work"]
    assert await models.StatusEvent.all().count() == before + 3
    for status, publication in made.items():
        begun = row(publication, 1, None, status, "made by a test")
        ended = row(publication, 2, status, "WITHDRAWN", "deleteProduction")
        assert await log_of(publication.id) == ([begun] if status == "WITHDRAWN" else [begun, ended])
    assert [p.id for p in await models.Publication.all()] == [kept.id]


async def test_the_last_word_on_a_deleted_spaces_publications(bus, owner):
    space = await make_space(owner)
    made = {
        status.value: await make_publication(await make_production(owner), space, status)
        for status in PublicationStatus
    }
    kept = await make_publication(await make_production(owner), await make_space(owner))
    before = await models.StatusEvent.all().count()
    await delete_space(viewer=viewer_of(owner), bus=bus, space_id=space.id)
    assert bus.since() == [before + 3]
    assert await models.StatusEvent.all().count() == before + 3
    for status, publication in made.items():
        begun = row(publication, 1, None, status, "made by a test")
        ended = row(publication, 2, status, "WITHDRAWN", "deleteSpace")
        assert await log_of(publication.id) == ([begun] if status == "WITHDRAWN" else [begun, ended])
    assert [p.id for p in await models.Publication.all()] == [kept.id]


async def test_nothing_shown_is_nothing_told(bus, owner):
    production, space = await make_production(owner), await make_space(owner)
    await make_publication(production, space, PublicationStatus.WITHDRAWN)
    before = await models.StatusEvent.all().count()
    await delete_space(viewer=viewer_of(owner), bus=bus, space_id=space.id)
    await delete_production(viewer=viewer_of(owner), bus=bus, production_id=production.id)
    assert bus.since() == ["work"]
    assert await models.StatusEvent.all().count() == before


async def test_what_is_refused_is_not_told(bus, clock, owner, put):
    space, foreign = await make_space(owner), await make_space(await make_user())
    stranger = await make_user()
    await add_member(space, stranger, SpaceRole.PUBLISHER)
    shown = await make_production(owner)
    await make_publication(shown, space)
    under_way = await make_production(owner, status=ProductionStatus.PROCESSING)
    await make_publication(under_way, space, PublicationStatus.WAITING)
    before = await models.Publication.all().order_by("id").values()
    told = await models.StatusEvent.all().count()
    as_stranger = {"viewer": viewer_of(stranger), "bus": bus}
    refused = [
        put(space, foreign, production_id=shown.id),
        put(space, production_id=under_way.id),
        put(space, space, production_id=shown.id),
        put(space),
        unpublish(clock=clock, production_id=shown.id, **as_stranger),
        unpublish(
            viewer=viewer_of(owner),
            bus=bus,
            clock=clock,
            production_id=shown.id,
            space_ids=[space.id, foreign.id],
        ),
        delete_production(viewer=viewer_of(owner), bus=bus, production_id=under_way.id),
        delete_production(production_id=shown.id, **as_stranger),
        delete_space(space_id=space.id, **as_stranger),
    ]
    await models.Render.filter(production_id=under_way.id).update(status=ProductionStatus.PROCESSING)
    for operation in refused:
        with pytest.raises(Refused):
            await operation
    assert bus.since() == []
    assert await models.StatusEvent.all().count() == told
    assert await models.Publication.all().order_by("id").values() == before
