"""Every transition of an upload is one row of the event log, announced once it is committed."""

from dataclasses import replace

import pytest

import models
from models.statuses import UploadStatus
from services.cancel_upload import cancel_upload
from services.delete_upload import delete_upload
from services.errors import Refused
from services.expire_uploads import expire_uploads
from services.update_upload import update_upload
from tests.event_log import log_of
from tests.factories import make_production, make_upload, make_user, viewer_of
from tests.media import clip
from tests.upload_steps import Between, ClockAhead, UploadSteps


@pytest.fixture
async def steps(gateways, bus):
    return UploadSteps(replace(gateways, bus=bus), viewer_of(await make_user()))


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("logged") / "clip.mp4").read_bytes()


def row(sequence, previous, status, cause):
    return {
        "kind": "UPLOAD_STATUS",
        "sequence": sequence,
        "previousStatus": previous,
        "status": status,
        "cause": cause,
    }


CREATED = row(1, None, "AWAITING_BYTES", "createUpload")


async def test_from_the_first_byte_to_ready(steps, bus, video):
    upload = await steps.announce(len(video))
    assert await log_of(upload.id) == [CREATED]
    assert bus.since() == [1]
    await steps.send_whole(upload, video)
    await steps.complete(upload)
    assert bus.since() == [2, "work"]
    await steps.verify(upload)
    assert bus.since() == [3]
    assert await log_of(upload.id) == [
        CREATED,
        row(2, "AWAITING_BYTES", "VERIFYING", "completeUpload"),
        row(3, "VERIFYING", "READY", "verified"),
    ]
    kept = await models.Upload.get()
    assert (kept.status, kept.sequence, kept.leased_until) == (UploadStatus.READY, 3, None)
    assert kept.media["duration_ms"] == 2000
    assert await models.StatusEvent.all().count() == 3


@pytest.mark.slow
async def test_what_is_said_again_is_told_once(steps, bus, video):
    upload = await steps.arrived(video)
    bus.since()
    await steps.complete(upload)
    assert bus.since() == []
    await steps.verify(upload)
    bus.since()
    await steps.verify(upload)
    await steps.complete(upload)
    assert bus.since() == []
    assert [row["status"] for row in await log_of(upload.id)] == ["AWAITING_BYTES", "VERIFYING", "READY"]


async def test_a_rejection_says_why(steps, bus):
    upload = await steps.arrived(b"no video at all")
    bus.since()
    await steps.verify(upload)
    assert bus.since() == [3]
    kept = await models.Upload.get()
    assert (await log_of(upload.id))[2:] == [
        row(3, "VERIFYING", "REJECTED", f"{kept.rejection_code}: {kept.rejection_message}")
    ]


async def test_a_verification_that_fails_tells_nothing(gateways, steps, bus, video):
    upload = await steps.arrived(video)
    bus.since()

    async def is_away():
        raise ConnectionError("storage is away")

    with pytest.raises(ConnectionError):
        await steps.verify(upload, Between(gateways.storage, "copy", before=is_away))
    assert bus.since() == []
    assert len(await log_of(upload.id)) == 2


async def test_an_upload_given_up(steps, bus):
    upload = await steps.announce(1000)
    bus.since()
    for heard in ([2, "work"], []):
        await cancel_upload(viewer=steps.viewer, bus=bus, upload_id=upload.id)
        assert bus.since() == heard
    assert await log_of(upload.id) == [CREATED, row(2, "AWAITING_BYTES", "CANCELED", "cancelUpload")]


async def test_an_upload_that_expires(gateways, steps, bus):
    upload, other = await steps.announce(1000), await steps.announce(1000)
    await models.Upload.filter(id=upload.id).update(expires_at=gateways.clock.now())
    bus.since()
    assert await expire_uploads(bus=bus, clock=gateways.clock) == 1
    assert bus.since() == [3]
    assert await expire_uploads(bus=bus, clock=gateways.clock) == 0
    assert bus.since() == []
    late = row(2, "AWAITING_BYTES", "EXPIRED", "the file did not come in time")
    assert await log_of(upload.id) == [CREATED, late]
    assert await log_of(other.id) == [CREATED]


async def test_what_is_refused_is_not_told(gateways, steps, bus):
    """Nothing in the log, nothing announced, and the row as it was."""
    used = await make_upload(await models.User.get())
    await make_production(await models.User.get(), upload=used)
    awaited = await steps.announce(1000)
    before = await models.Upload.all().order_by("id").values()
    logged = await models.StatusEvent.all().count()
    bus.since()
    refused = [
        cancel_upload(viewer=steps.viewer, bus=bus, upload_id=used.id),
        cancel_upload(viewer=viewer_of(await make_user()), bus=bus, upload_id=awaited.id),
        delete_upload(viewer=steps.viewer, bus=bus, upload_id=used.id),
        steps.complete(awaited),
        steps.announce(0),
    ]
    for operation in refused:
        with pytest.raises(Refused):
            await operation
    late = replace(gateways, bus=bus, clock=ClockAhead(gateways.clock, days=2))
    with pytest.raises(Refused):
        await UploadSteps(late, steps.viewer).complete(awaited)
    assert bus.since() == []
    assert await models.StatusEvent.all().count() == logged
    assert await models.Upload.all().order_by("id").values() == before


async def test_a_new_name_and_a_deletion_are_no_transitions(steps, bus):
    upload = await steps.announce(1000)
    bus.since()
    await update_upload(viewer=steps.viewer, upload_id=upload.id, title="New")
    await delete_upload(viewer=steps.viewer, bus=bus, upload_id=upload.id)
    assert bus.since() == ["work"]
    assert await log_of(upload.id) == [CREATED]


async def test_a_row_without_a_log_begins_one(gateways, bus):
    """Written by a process of the version before, while this one's was being started."""
    owner = await make_user()
    upload = await make_upload(owner, status=UploadStatus.AWAITING_BYTES)
    await models.StatusEvent.all().delete()
    await models.Upload.all().update(sequence=0)
    await cancel_upload(viewer=viewer_of(owner), bus=bus, upload_id=upload.id)
    assert await log_of(upload.id) == [row(1, None, "CANCELED", "cancelUpload")]
