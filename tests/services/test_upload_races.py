"""What happens to an upload while something else happens to it: nothing is lost, nothing is left behind."""

import asyncio

import pytest

import models
from models.statuses import UploadRejectionCode, UploadStatus
from services.cancel_upload import cancel_upload
from services.create_upload import create_upload
from services.errors import Refused
from services.limits import Limits
from services.upload_transfer import upload_transfer
from tests.factories import make_user, viewer_of
from tests.journey import send_form
from tests.media import clip
from tests.slow_cases import slow_after
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


async def sent(form, body):
    """Use a form that was handed out before, as its owner still can."""
    fields = [{"name": name, "value": value} for name, value in form.fields.items()]
    assert (await send_form({"url": form.url, "fields": fields}, body)).status_code == 201


@pytest.fixture
async def announced(gateways, steps, video):
    """An upload and its form, by which bytes of this length can be sent until it expires."""
    upload = await steps.announce(len(video))
    return upload, await upload_transfer(upload=upload, storage=gateways.storage, clock=gateways.clock)


@pytest.mark.slow
async def test_the_bytes_of_a_verified_upload_cannot_be_replaced(gateways, steps, video, announced):
    upload, form = announced
    await sent(form, video)
    await steps.complete(upload)
    await steps.verify(upload)
    await sent(form, bytes(len(video)))
    assert await gateways.storage.get(upload.source_key) == video
    await steps.verify(upload)  # a second worker, whose lease ran out long ago
    row = await models.Upload.get()
    assert (row.status, row.source_key) == (UploadStatus.READY, upload.source_key)
    assert await gateways.storage.get(upload.source_key) == video
    await steps.sweep()
    assert await steps.stored(upload) == (["poster.jpg", "source.mp4"], 0)
    await sent(form, bytes(len(video)))
    ttl = gateways.limits.upload_ttl_seconds
    await steps.sweep(ClockAhead(gateways.clock, seconds=ttl + 3601))
    assert await steps.stored(upload) == (["poster.jpg", "source.mp4"], 0), "what came late is removed too"
    assert await models.StorageDeletion.all().count() == 0


@pytest.mark.parametrize("moment", slow_after(1, ["put", "copy", "head", "presign_get"]))
@pytest.mark.parametrize("when", slow_after(1, ["after", "before"]))
async def test_other_bytes_sent_while_it_is_verified_never_get_in(
    gateways, steps, video, announced, moment, when
):
    """Whatever was verified is what stays: either file, but one of them throughout."""
    upload, form = announced
    await sent(form, video)
    await steps.complete(upload)
    other = bytes(len(video))

    async def replaced():
        await sent(form, other)

    await steps.verify(upload, Between(gateways.storage, moment, **{when: replaced}))
    row = await models.Upload.get()
    if (moment, when) == ("copy", "before"):
        assert (row.status, row.rejection_code) == (UploadStatus.REJECTED, UploadRejectionCode.NOT_A_VIDEO)
        return
    assert (row.status, row.media["duration_ms"]) == (UploadStatus.READY, 2000)
    assert await gateways.storage.get(upload.source_key) == video


@pytest.mark.parametrize("moment", slow_after(1, ["put", "copy", "head", "presign_get"]))
@pytest.mark.parametrize("when", slow_after(1, ["after", "before"]))
async def test_a_worker_that_dies_at_any_step_is_followed_by_another(
    gateways, steps, video, announced, moment, when
):
    upload, form = announced
    await sent(form, video)
    await steps.complete(upload)

    async def dies():
        raise ConnectionError("the worker is gone")

    with pytest.raises(ConnectionError):
        await steps.verify(upload, Between(gateways.storage, moment, **{when: dies}))
    assert (await models.Upload.get()).status is UploadStatus.VERIFYING
    await sent(form, bytes(len(video)))
    await steps.verify(upload)
    row = await models.Upload.get()
    if (moment, when) == ("copy", "before"):
        assert row.status is UploadStatus.REJECTED, "nothing had been taken in yet"
        return
    assert row.status is UploadStatus.READY
    await steps.sweep()
    assert await steps.stored(upload) == (["poster.jpg", "source.mp4"], 0)
    assert await gateways.storage.get(upload.source_key) == video


@pytest.mark.slow
async def test_two_workers_at_once_verify_one_file(gateways, steps, video, announced):
    upload, form = announced
    await sent(form, video)
    await steps.complete(upload)
    await asyncio.gather(*(steps.verify(upload) for _ in range(3)))
    assert (await models.Upload.get()).status is UploadStatus.READY
    await steps.sweep()
    assert await steps.stored(upload) == (["poster.jpg", "source.mp4"], 0)


async def test_a_form_of_before_this_version_still_works(gateways, steps, video):
    """It brings the file to where it is used; nothing is there to be copied."""
    upload = await steps.announce(len(video))
    form = await gateways.storage.presign_post(
        upload.source_key, content_type="video/mp4", byte_size=len(video), seconds=60
    )
    await sent(form, video)
    assert (await steps.complete(upload)).status is UploadStatus.VERIFYING
    await steps.verify(upload)
    assert (await models.Upload.get()).status is UploadStatus.READY


async def test_parts_are_not_copied(gateways, steps):
    upload = await steps.announce(len(LARGE))
    await steps.send_parts(upload)
    await steps.complete(upload)

    async def never():
        raise AssertionError("a large file was copied")

    await steps.verify(upload, Between(gateways.storage, "copy", before=never))
    assert (await models.Upload.get()).rejection_code is UploadRejectionCode.NOT_A_VIDEO


async def test_a_copy_happens_once(gateways, database):
    storage = gateways.storage
    await storage.put("t/copies/one.txt", b"one", content_type="text/plain")
    await storage.copy("t/copies/one.txt", "t/copies/copy.txt")
    await storage.put("t/copies/one.txt", b"two", content_type="text/plain")
    await storage.copy("t/copies/one.txt", "t/copies/copy.txt")
    copied = await storage.head("t/copies/copy.txt")
    assert (await storage.get("t/copies/copy.txt"), copied.content_type) == (b"one", "text/plain")
    await storage.copy("t/copies/nothing.txt", "t/copies/none.txt")
    assert await storage.head("t/copies/none.txt") is None


async def test_what_no_form_takes_goes_in_parts(gateways, steps):
    """S3's form, and its copy in one call, end at 5 GiB; a deployment may ask for forms up to more."""
    generous = Limits(multipart_threshold_bytes=20 * 1024**3)
    for byte_size, is_in_parts in ((5 * 1024**3, False), (5 * 1024**3 + 1, True)):
        upload = await create_upload(
            viewer=steps.viewer,
            storage=gateways.storage,
            bus=gateways.bus,
            limits=generous,
            clock=gateways.clock,
            filename="film.mp4",
            content_type="video/mp4",
            byte_size=byte_size,
        )
        assert (upload.multipart_id is not None) is is_in_parts
