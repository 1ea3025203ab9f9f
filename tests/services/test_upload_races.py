"""What happens to an upload while something else happens to it: nothing is lost, nothing is left behind."""

import pytest

import models
from models.statuses import UploadStatus
from services.cancel_upload import cancel_upload
from services.errors import Refused
from tests.factories import make_user, viewer_of
from tests.media import clip
from tests.upload_steps import LARGE, PART, Between, ClockAhead, UploadSteps


@pytest.fixture
async def steps(gateways):
    return UploadSteps(gateways, viewer_of(await make_user()))


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("races") / "clip.mp4").read_bytes()


async def code_of(operation):
    with pytest.raises(Refused) as refusal:
        await operation
    (error,) = refusal.value.errors
    return error.code.value


@pytest.mark.parametrize("moment", ["uploaded_parts", "head", "complete_multipart"])
async def test_two_completions_at_once_are_one(gateways, steps, moment):
    upload = await steps.announce(len(LARGE))
    await steps.send_parts(upload)

    async def the_other():
        assert (await steps.complete(upload)).status is UploadStatus.VERIFYING

    done = await steps.complete(upload, Between(gateways.storage, moment, before=the_other))
    assert done.status is UploadStatus.VERIFYING
    upload = await steps.announce(len(LARGE))
    await steps.send_parts(upload)
    assert (await steps.complete(upload, Between(gateways.storage, moment, after=the_other))).status is (
        UploadStatus.VERIFYING
    )
    assert await steps.stored(upload) == (["source.mp4"], 0)
    assert await gateways.storage.get(upload.source_key) == LARGE


@pytest.mark.parametrize(
    ("when", "code"), [("before", "BYTES_MISSING"), ("after", "UPLOAD_CANCELED")], ids=str
)
async def test_cancelled_while_it_is_completed(gateways, steps, when, code):
    upload = await steps.announce(len(LARGE))
    await steps.send_parts(upload)

    async def cancelled():
        await cancel_upload(viewer=steps.viewer, bus=gateways.bus, upload_id=upload.id)
        if when == "before":
            await steps.sweep()

    storage = Between(gateways.storage, "complete_multipart", **{when: cancelled})
    assert await code_of(steps.complete(upload, storage)) == code
    await steps.sweep()
    assert (await models.Upload.get(id=upload.id)).status is UploadStatus.CANCELED
    assert await steps.stored(upload) == ([], 0)


async def test_a_part_cut_short_is_named_and_can_be_sent_again(gateways, steps):
    upload = await steps.announce(len(LARGE))
    await steps.send_parts(upload, LARGE[: 2 * PART + 7])
    with pytest.raises(Refused) as refusal:
        await steps.complete(upload)
    (error,) = refusal.value.errors
    wanted = len(LARGE) - 2 * PART
    assert (error.code.value, error.message) == (
        "PARTS_INVALID",
        f"Part 3 has 7 bytes, not {wanted}; send it again.",
    )
    assert (await models.Upload.get(id=upload.id)).status is UploadStatus.AWAITING_BYTES
    await steps.send_parts(upload)
    assert (await steps.complete(upload)).status is UploadStatus.VERIFYING
    assert await gateways.storage.get(upload.source_key) == LARGE


async def test_a_form_used_after_the_end_leaves_nothing(gateways, steps, video):
    upload = await steps.announce(len(video))
    await cancel_upload(viewer=steps.viewer, bus=gateways.bus, upload_id=upload.id)
    await steps.sweep()
    upload.status = UploadStatus.AWAITING_BYTES  # as the client still believes
    await steps.send_whole(upload, video)
    assert await steps.stored(upload) == (["incoming.mp4"], 0)
    ttl = gateways.limits.upload_ttl_seconds
    await steps.sweep(ClockAhead(gateways.clock, seconds=ttl))
    assert await steps.stored(upload) == (["incoming.mp4"], 0), "its sending may still be going on"
    await steps.sweep(ClockAhead(gateways.clock, seconds=ttl + 3601))
    assert await steps.stored(upload) == ([], 0)
    assert await models.StorageDeletion.all().count() == 0
