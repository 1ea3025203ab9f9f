"""What happens to an upload while something else happens to it: nothing is lost, nothing is left behind."""

from datetime import timedelta

import httpx
import pytest

import models
from models.statuses import UploadRejectionCode, UploadStatus
from services.cancel_upload import cancel_upload
from services.carry_out_storage_deletions import carry_out_storage_deletions
from services.complete_upload import complete_upload
from services.create_upload import create_upload
from services.delete_upload import delete_upload
from services.errors import Refused
from services.upload_transfer import part_urls, upload_transfer
from services.verify_upload import MAX_ATTEMPTS, claim_upload, verify_upload
from tests.factories import make_upload, make_user, viewer_of
from tests.journey import send_form
from tests.media import clip

PART = 5 * 1024 * 1024
LARGE = b"0123456789abcdef" * ((2 * PART + 32) // 16)


class Between:
    """The real storage, with something happening right before or after one kind of call, once."""

    def __init__(self, storage, name, *, before=None, after=None):
        self._storage, self._name = storage, name
        self._before, self._after = before, after

    def __getattr__(self, name):
        call = getattr(self._storage, name)
        if name != self._name:
            return call

        async def with_the_event(*args, **kwargs):
            before, self._before = self._before, None
            if before:
                await before()
            result = await call(*args, **kwargs)
            after, self._after = self._after, None
            if after:
                await after()
            return result

        return with_the_event


class ClockAhead:
    def __init__(self, clock, **ahead):
        self._clock, self._ahead = clock, timedelta(**ahead)

    def now(self):
        return self._clock.now() + self._ahead


@pytest.fixture
async def viewer(database):
    return viewer_of(await make_user())


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("races") / "clip.mp4").read_bytes()


@pytest.fixture
def announced(gateways, viewer):
    """Create an upload of so many bytes."""

    async def announce(byte_size):
        return await create_upload(
            viewer=viewer,
            storage=gateways.storage,
            limits=gateways.limits,
            clock=gateways.clock,
            filename="clip.mp4",
            content_type="video/mp4",
            byte_size=byte_size,
        )

    return announce


@pytest.fixture
def complete(gateways, viewer):
    async def said(upload, storage=None):
        return await complete_upload(
            viewer=viewer,
            storage=storage or gateways.storage,
            clock=gateways.clock,
            bus=gateways.bus,
            upload_id=upload.id,
        )

    return said


@pytest.fixture
def sweep(gateways):
    async def swept(clock=None):
        while await carry_out_storage_deletions(storage=gateways.storage, clock=clock or gateways.clock):
            pass

    return swept


@pytest.fixture
def verify(gateways):
    async def verified(upload, storage=None):
        await verify_upload(
            storage=storage or gateways.storage,
            limits=gateways.limits,
            clock=gateways.clock,
            upload_id=upload.id,
        )

    return verified


async def send_parts(gateways, upload, body=LARGE):
    numbers = [1, 2, 3]
    urls = await part_urls(upload=upload, numbers=numbers, storage=gateways.storage, clock=gateways.clock)
    async with httpx.AsyncClient(timeout=30) as client:
        for number, url in urls.items():
            piece = body[(number - 1) * PART : number * PART]
            assert (await client.put(url, content=piece)).status_code == 200


async def send_whole(gateways, upload, body):
    form = await upload_transfer(upload=upload, storage=gateways.storage, clock=gateways.clock)
    fields = [{"name": name, "value": value} for name, value in form.fields.items()]
    response = await send_form({"url": form.url, "fields": fields}, body)
    assert response.status_code == 201


async def stored(gateways, upload):
    """The names of an upload's objects, and how many of its parts wait to become one."""
    folder = upload.source_key.rpartition("/")[0] + "/"
    names = [item.key.removeprefix(folder) for item in await gateways.storage.list_objects(folder)]
    if upload.multipart_id is None:
        return names, 0
    return names, len(await gateways.storage.uploaded_parts(upload.source_key, upload.multipart_id))


async def code_of(operation):
    with pytest.raises(Refused) as refusal:
        await operation
    (error,) = refusal.value.errors
    return error.code.value


@pytest.mark.parametrize("moment", ["uploaded_parts", "head", "complete_multipart"])
async def test_two_completions_at_once_are_one(gateways, announced, complete, moment):
    upload = await announced(len(LARGE))
    await send_parts(gateways, upload)

    async def the_other():
        assert (await complete(upload)).status is UploadStatus.VERIFYING

    done = await complete(upload, Between(gateways.storage, moment, before=the_other))
    assert done.status is UploadStatus.VERIFYING
    upload = await announced(len(LARGE))
    await send_parts(gateways, upload)
    assert (await complete(upload, Between(gateways.storage, moment, after=the_other))).status is (
        UploadStatus.VERIFYING
    )
    assert await stored(gateways, upload) == (["source.mp4"], 0)
    assert await gateways.storage.get(upload.source_key) == LARGE


@pytest.mark.parametrize(
    ("when", "code"), [("before", "BYTES_MISSING"), ("after", "UPLOAD_CANCELED")], ids=str
)
async def test_cancelled_while_it_is_completed(gateways, viewer, announced, complete, sweep, when, code):
    upload = await announced(len(LARGE))
    await send_parts(gateways, upload)

    async def cancelled():
        await cancel_upload(viewer=viewer, bus=gateways.bus, upload_id=upload.id)
        if when == "before":
            await sweep()

    storage = Between(gateways.storage, "complete_multipart", **{when: cancelled})
    assert await code_of(complete(upload, storage)) == code
    await sweep()
    assert (await models.Upload.get(id=upload.id)).status is UploadStatus.CANCELED
    assert await stored(gateways, upload) == ([], 0)


async def test_a_part_cut_short_is_named_and_can_be_sent_again(gateways, announced, complete):
    upload = await announced(len(LARGE))
    await send_parts(gateways, upload, LARGE[: 2 * PART + 7])
    with pytest.raises(Refused) as refusal:
        await complete(upload)
    (error,) = refusal.value.errors
    wanted = len(LARGE) - 2 * PART
    assert (error.code.value, error.message) == (
        "PARTS_INVALID",
        f"Part 3 has 7 bytes, not {wanted}; send it again.",
    )
    assert (await models.Upload.get(id=upload.id)).status is UploadStatus.AWAITING_BYTES
    await send_parts(gateways, upload)
    assert (await complete(upload)).status is UploadStatus.VERIFYING
    assert await gateways.storage.get(upload.source_key) == LARGE


async def test_a_form_used_after_the_end_leaves_nothing(gateways, viewer, announced, sweep, video):
    upload = await announced(len(video))
    await cancel_upload(viewer=viewer, bus=gateways.bus, upload_id=upload.id)
    await sweep()
    upload.status = UploadStatus.AWAITING_BYTES  # as the client still believes
    await send_whole(gateways, upload, video)
    assert await stored(gateways, upload) == (["source.mp4"], 0)
    ttl = gateways.limits.upload_ttl_seconds
    await sweep(ClockAhead(gateways.clock, seconds=ttl))
    assert await stored(gateways, upload) == (["source.mp4"], 0), "its sending may still be going on"
    await sweep(ClockAhead(gateways.clock, seconds=ttl + 3601))
    assert await stored(gateways, upload) == ([], 0)
    assert await models.StorageDeletion.all().count() == 0


async def test_deleted_while_it_is_verified(gateways, viewer, announced, complete, sweep, verify, video):
    upload = await announced(len(video))
    await send_whole(gateways, upload, video)
    await complete(upload)

    async def deleted():
        await delete_upload(viewer=viewer, bus=gateways.bus, upload_id=upload.id)
        await sweep()

    await verify(upload, Between(gateways.storage, "put", before=deleted))
    assert await stored(gateways, upload) == (["poster.jpg"], 0)
    await sweep()
    assert await stored(gateways, upload) == ([], 0)
    assert await models.Upload.all().count() == 0


async def test_a_worker_that_died_is_taken_over_later_and_later(gateways, viewer):
    upload = await make_upload(await models.User.get(id=viewer.user_id), status=UploadStatus.VERIFYING)
    claimed, minutes = [], 0
    for attempt in range(1, 4):
        claimed.append(await claim_upload(clock=ClockAhead(gateways.clock, minutes=minutes)))
        minutes += 5 * attempt
        assert await claim_upload(clock=ClockAhead(gateways.clock, minutes=minutes, seconds=-2)) is None
        minutes += 1
    assert claimed == [upload.id] * 3
    row = await models.Upload.get()
    assert (row.status, row.attempts) == (UploadStatus.VERIFYING, 3)


async def test_a_large_file_is_left_to_its_worker_for_longer(gateways, viewer):
    """Reading 30 GiB takes longer than five minutes, and nobody is to begin again meanwhile."""
    owner = await models.User.get(id=viewer.user_id)
    await make_upload(owner, status=UploadStatus.VERIFYING, byte_size=30 * 1024**3)
    assert await claim_upload(clock=gateways.clock) is not None
    assert await claim_upload(clock=ClockAhead(gateways.clock, minutes=50)) is None
    assert await claim_upload(clock=ClockAhead(gateways.clock, hours=2)) is not None


async def test_the_first_outcome_stays(gateways, announced, complete, verify, sweep, video):
    """A worker slower than its lease must not undo what the next one found."""
    upload = await announced(len(video))
    await send_whole(gateways, upload, video)
    await complete(upload)

    async def the_other():
        await verify(upload)
        await gateways.storage.put(upload.source_key, b"", content_type="video/mp4")

    await verify(upload, Between(gateways.storage, "head", before=the_other))
    row = await models.Upload.get(id=upload.id)
    assert (row.status, row.rejection_code, row.media["duration_ms"]) == (UploadStatus.READY, None, 2000)
    await sweep()
    assert await stored(gateways, upload) == (["poster.jpg", "source.mp4"], 0)


async def test_storage_away_for_long_rejects_no_file(gateways, announced, complete, verify, video):
    upload = await announced(len(video))
    await send_whole(gateways, upload, video)
    await complete(upload)
    await models.Upload.all().update(attempts=MAX_ATTEMPTS + 1)

    async def away():
        raise ConnectionError("storage is away")

    with pytest.raises(ConnectionError):
        await verify(upload, Between(gateways.storage, "head", before=away))
    assert (await models.Upload.get()).status is UploadStatus.VERIFYING
    await verify(upload)
    assert (await models.Upload.get()).status is UploadStatus.READY


async def test_a_file_that_fails_every_attempt_is_given_up(
    gateways, announced, complete, verify, sweep, video
):
    upload = await announced(len(video))
    await send_whole(gateways, upload, video)
    await complete(upload)

    async def broken():
        raise ValueError("no poster can be made of this")

    for attempt in range(1, MAX_ATTEMPTS):
        await models.Upload.all().update(attempts=attempt)
        with pytest.raises(ValueError, match="no poster"):
            await verify(upload, Between(gateways.storage, "put", before=broken))
        assert (await models.Upload.get()).status is UploadStatus.VERIFYING
    await models.Upload.all().update(attempts=MAX_ATTEMPTS)
    await verify(upload, Between(gateways.storage, "put", before=broken))
    row = await models.Upload.get()
    assert (row.status, row.rejection_code, row.rejection_message, row.media) == (
        UploadStatus.REJECTED,
        UploadRejectionCode.UNSUPPORTED_CODEC,
        "The video could not be read.",
        None,
    )
    await sweep()
    assert await stored(gateways, upload) == ([], 0)


async def test_a_file_gone_before_it_is_verified(gateways, announced, complete, verify, video):
    upload = await announced(len(video))
    await send_whole(gateways, upload, video)
    await complete(upload)
    await gateways.storage.delete_prefix(upload.source_key)
    await verify(upload)
    row = await models.Upload.get()
    assert (row.status, row.rejection_code) == (UploadStatus.REJECTED, UploadRejectionCode.MISSING)
