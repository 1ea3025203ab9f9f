"""Transactions that commit in another order than they began, and a reader who goes on in another process."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import orjson
import pytest

from models.statuses import ProductionStatus, PublicationStatus, SpaceVisibility, UploadStatus
from services import (
    follow_production_status,
    follow_productions_status,
    follow_publications,
    follow_upload_status,
)
from services.live import LiveHub
from services.publish import publish
from services.unpublish import unpublish
from services.upload_status import write_upload_status
from tests.factories import make_production, make_publication, make_space, make_upload, make_user, viewer_of
from tests.services.following import PATIENCE, many, one, publications_in, told, upload_of
from tests.telling import tell

INSERT = """
INSERT INTO status_events (kind, subject_id, sequence, data, occurred_at) VALUES ($1, $2, $3, $4, now())
"""


@asynccontextmanager
async def early_row(database_url, kind, subject_id, sequence, data):
    """A row whose transaction has begun before what happens inside, and commits where it is told to."""
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(INSERT, kind, subject_id, sequence, orjson.dumps(data).decode())
    try:
        yield transaction.commit
    finally:
        await connection.close()


async def told_after(stream, commit):
    """What a stream tells once the early transaction has committed, and not before."""
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.wait([waiting], timeout=0.3)
    assert not waiting.done(), "a later transaction was told before an older one that may yet add rows"
    await commit()
    return await asyncio.wait_for(waiting, PATIENCE)


@pytest.mark.parametrize("is_resumed", [False, True], ids=["live", "resumed"])
async def test_a_publication_that_commits_late_is_not_skipped(gateways, embedded, is_resumed):
    owner = await make_user()
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC)
    first, second = [await make_production(owner, title=title) for title in ("late", "early")]
    late = await make_publication(first, space, PublicationStatus.WAITING)
    data = {
        "previousStatus": "WAITING",
        "status": "LIVE",
        "spaceId": str(space.id),
        "productionId": str(first.id),
        "cause": "late",
    }
    async with AsyncExitStack() as stack:
        follow = publications_in(gateways.hub, viewer_of(owner), space)
        stream = await stack.enter_async_context(follow)
        present = await told(stream)
        row = early_row(embedded.database_url, "PUBLICATION_STATUS", late.id, 2, data)
        commit = await stack.enter_async_context(row)
        _, [early] = await publish(
            viewer=viewer_of(owner),
            bus=gateways.bus,
            clock=gateways.clock,
            production_id=second.id,
            space_ids=[space.id],
        )
        if is_resumed:
            follow = publications_in(gateways.hub, viewer_of(owner), space, present.cursor)
            stream = await stack.enter_async_context(follow)
        changes = [await told_after(stream, commit), await told(stream)]
    assert [(change.subject_id, change.sequence) for change in changes] == [(late.id, 2), (early.id, 1)]


async def test_an_upload_that_commits_late_is_not_skipped(gateways, embedded):
    """Each upload is followed by itself: what is held back is another's, and it is told all the same."""
    owner = await make_user()
    late, early = [await make_upload(owner, status=UploadStatus.VERIFYING) for _ in range(2)]
    data = {"previousStatus": "VERIFYING", "status": "READY", "cause": "late"}
    async with (
        upload_of(gateways.hub, viewer_of(owner), late) as of_late,
        upload_of(gateways.hub, viewer_of(owner), early) as of_early,
        early_row(embedded.database_url, "UPLOAD_STATUS", late.id, 2, data) as commit,
    ):
        cursors = [(await told(stream)).cursor for stream in (of_late, of_early)]
        await write_upload_status(early, UploadStatus.REJECTED, cause="early")
        await gateways.bus.announce_transition()
        async with upload_of(gateways.hub, viewer_of(owner), late, cursors[0]) as resumed:
            first = await told_after(of_early, commit)
            others = [await told(of_late), await told(resumed)]
    assert (first.subject_id, first.sequence, first.status) == (early.id, 2, UploadStatus.REJECTED)
    assert [(change.subject_id, change.sequence) for change in others] == [(late.id, 2)] * 2


async def test_a_late_row_is_not_skipped_by_who_resumes_in_another_process(gateways, embedded):
    """Two hubs on one bus are two processes: what one told is where the other goes on, and neither tells a
    row that another may come before."""
    owner = await make_user()
    late, early = [
        await make_production(owner, status=ProductionStatus.QUEUED, title=title)
        for title in ("late", "early")
    ]
    data = {
        "previousStatus": "QUEUED",
        "status": "PROCESSING",
        "progressPercent": 0,
        "phase": None,
        "cause": "late",
    }
    other = LiveHub(gateways.bus)
    await other.start()
    viewer = viewer_of(owner)
    try:
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(many(gateways.hub, viewer))
            cursor = [await told(first) for _ in range(2)][-1].cursor
            row = early_row(embedded.database_url, "PRODUCTION_STATUS", late.id, 2, data)
            commit = await stack.enter_async_context(row)
            await tell(gateways, early, status=ProductionStatus.PROCESSING)
            second = await stack.enter_async_context(many(other, viewer, cursor))
            moved = [await told_after(second, commit)]
            # Dropped between the two, and on again where it was before.
            third = await stack.enter_async_context(many(gateways.hub, viewer, moved[0].cursor))
            moved.append(await told(third))
            for stream in (first, second):
                moved.append(await told(stream))
            await tell(gateways, early, status=ProductionStatus.FAILED)
            ends = [await told(stream) for stream in (second, third)]
        assert [(change.production.title, change.sequence) for change in moved] == [
            ("late", 2),
            ("early", 2),
            ("late", 2),
            ("early", 2),
        ]
        assert [(change.production.title, change.sequence) for change in ends] == [("early", 3)] * 2
    finally:
        await other.stop()


def right_before(monkeypatch, module, name, happens):
    """Have something happen, and be committed, the next time that a function is about to be called."""
    usual = getattr(module, name)

    async def later(*given, **named):
        monkeypatch.setattr(module, name, usual)
        await happens()
        return await usual(*given, **named)

    monkeypatch.setattr(module, name, later)


@pytest.mark.parametrize(("reading", "sequences"), [("horizon", [2, 3]), ("present_changes", [1, 2, 3])])
async def test_what_moves_while_the_present_of_many_is_read_is_told_once(
    gateways, monkeypatch, reading, sequences
):
    """Before and after the place in the log up to which the present is told."""
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED, title="p")

    async def move():
        await tell(gateways, production, status=ProductionStatus.PROCESSING)

    right_before(monkeypatch, follow_productions_status, reading, move)
    async with many(gateways.hub, viewer_of(owner)) as stream:
        moved = [await told(stream) for _ in sequences[:-1]]
        await tell(gateways, production, status=ProductionStatus.FAILED)
        moved.append(await told(stream))
    assert [change.sequence for change in moved] == sequences


async def test_what_moves_while_the_present_of_one_is_read_is_told_once(gateways, monkeypatch):
    owner = await make_user()
    production = await make_production(owner, status=ProductionStatus.QUEUED, title="p")
    upload = await make_upload(owner, status=UploadStatus.VERIFYING)
    space = await make_space(owner)
    await make_publication(production, space, PublicationStatus.WAITING)
    common = {"viewer": viewer_of(owner), "bus": gateways.bus, "clock": gateways.clock}

    async def move():
        await tell(gateways, production, status=ProductionStatus.PROCESSING)

    async def verify():
        await write_upload_status(upload, UploadStatus.READY, cause="a test")
        await gateways.bus.announce_transition()

    async def withdraw():
        await unpublish(production_id=production.id, **common)

    right_before(monkeypatch, follow_production_status, "present_changes", move)
    right_before(monkeypatch, follow_upload_status, "latest_rows", verify)
    right_before(monkeypatch, follow_publications, "latest_rows", withdraw)
    viewer = viewer_of(owner)
    async with (
        one(gateways.hub, viewer, production) as of_production,
        upload_of(gateways.hub, viewer, upload) as of_upload,
        publications_in(gateways.hub, viewer, space) as of_space,
    ):
        streams = (of_production, of_upload, of_space)
        moved = [await until_sequence(stream, 2) for stream in streams]
        await publish(production_id=production.id, space_ids=[space.id], when_ready=True, **common)
        await tell(gateways, production, status=ProductionStatus.FAILED)
        await write_upload_status(upload, UploadStatus.REJECTED, cause="a test")
        await gateways.bus.announce_transition()
        assert [await until_sequence(stream, 3) for stream in streams] == [[3], [3], [3]]
    # The one before may come too, where the hub had not read so far yet.
    assert all(sequences in ([2], [1, 2]) for sequences in moved), moved


async def until_sequence(stream, last):
    sequences = [(await told(stream)).sequence]
    while sequences[-1] < last:
        sequences.append((await told(stream)).sequence)
    return sequences
