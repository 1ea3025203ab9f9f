"""Verification that fails, dies, comes late or finds nothing: an upload ends once, and rightly."""

import pytest

import models
from models.statuses import UploadRejectionCode, UploadStatus
from services.delete_upload import delete_upload
from services.upload_keys import upload_folder
from services.verify_upload import MAX_ATTEMPTS, claim_upload
from tests.factories import make_upload, make_user, viewer_of
from tests.media import clip
from tests.upload_steps import Between, ClockAhead, UploadSteps


@pytest.fixture
async def steps(gateways):
    return UploadSteps(gateways, viewer_of(await make_user()))


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("verification") / "clip.mp4").read_bytes()


async def test_deleted_while_it_is_verified(gateways, steps, video):
    upload = await steps.arrived(video)

    async def deleted():
        await delete_upload(viewer=steps.viewer, bus=gateways.bus, upload_id=upload.id)
        await steps.sweep()

    await steps.verify(upload, Between(gateways.storage, "put", before=deleted))
    assert await steps.stored(upload) == (["poster.jpg"], 0)
    await steps.sweep()
    assert await steps.stored(upload) == ([], 0)
    assert await models.Upload.all().count() == 0


async def test_a_worker_that_died_is_taken_over_later_and_later(gateways, steps):
    upload = await make_upload(await models.User.get(id=steps.viewer.user_id), status=UploadStatus.VERIFYING)
    claimed, minutes = [], 0
    for attempt in range(1, 4):
        claimed.append(await claim_upload(clock=ClockAhead(gateways.clock, minutes=minutes)))
        minutes += 5 * attempt
        assert await claim_upload(clock=ClockAhead(gateways.clock, minutes=minutes, seconds=-2)) is None
        minutes += 1
    assert claimed == [upload.id] * 3
    row = await models.Upload.get()
    assert (row.status, row.attempts) == (UploadStatus.VERIFYING, 3)


async def test_a_large_file_is_left_to_its_worker_for_longer(gateways, steps):
    """Reading 30 GiB takes longer than five minutes, and nobody is to begin again meanwhile."""
    owner = await models.User.get(id=steps.viewer.user_id)
    await make_upload(owner, status=UploadStatus.VERIFYING, byte_size=30 * 1024**3)
    assert await claim_upload(clock=gateways.clock) is not None
    assert await claim_upload(clock=ClockAhead(gateways.clock, minutes=50)) is None
    assert await claim_upload(clock=ClockAhead(gateways.clock, hours=2)) is not None


async def test_the_first_outcome_stays(gateways, steps, video):
    """A worker slower than its lease must not undo what the next one found."""
    upload = await steps.arrived(video)

    async def the_other():
        await steps.verify(upload)
        await gateways.storage.put(upload.source_key, b"", content_type="video/mp4")

    await steps.verify(upload, Between(gateways.storage, "head", before=the_other))
    row = await models.Upload.get(id=upload.id)
    assert (row.status, row.rejection_code, row.media["duration_ms"]) == (UploadStatus.READY, None, 2000)
    await steps.sweep()
    assert await steps.stored(upload) == (["poster.jpg", "source.mp4"], 0)


async def test_storage_away_for_long_rejects_no_file(gateways, steps, video):
    upload = await steps.arrived(video)
    await models.Upload.all().update(attempts=MAX_ATTEMPTS + 1)

    async def away():
        raise ConnectionError("storage is away")

    with pytest.raises(ConnectionError):
        await steps.verify(upload, Between(gateways.storage, "head", before=away))
    assert (await models.Upload.get()).status is UploadStatus.VERIFYING
    await steps.verify(upload)
    assert (await models.Upload.get()).status is UploadStatus.READY


@pytest.mark.slow
async def test_a_file_that_fails_every_attempt_is_given_up(gateways, steps, video):
    upload = await steps.arrived(video)

    async def broken():
        raise ValueError("no poster can be made of this")

    for attempt in range(1, MAX_ATTEMPTS):
        await models.Upload.all().update(attempts=attempt)
        with pytest.raises(ValueError, match="no poster"):
            await steps.verify(upload, Between(gateways.storage, "put", before=broken))
        assert (await models.Upload.get()).status is UploadStatus.VERIFYING
    await models.Upload.all().update(attempts=MAX_ATTEMPTS)
    await steps.verify(upload, Between(gateways.storage, "put", before=broken))
    row = await models.Upload.get()
    assert (row.status, row.rejection_code, row.rejection_message, row.media) == (
        UploadStatus.REJECTED,
        UploadRejectionCode.UNSUPPORTED_CODEC,
        "The video could not be read.",
        None,
    )
    await steps.sweep()
    assert await steps.stored(upload) == ([], 0)


async def test_a_file_gone_before_it_is_verified(gateways, steps, video):
    upload = await steps.arrived(video)
    await gateways.storage.delete_prefix(upload_folder(upload))
    await steps.verify(upload)
    row = await models.Upload.get()
    assert (row.status, row.rejection_code) == (UploadStatus.REJECTED, UploadRejectionCode.MISSING)
