"""An upload's log follows the order of commits, whoever writes at the same time."""

import asyncio
import random
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

import models
from models.statuses import UploadStatus
from services.cancel_upload import cancel_upload
from services.errors import Refused
from services.expire_uploads import expire_uploads
from services.rows.lock_upload import lock_upload
from services.upload_status import write_upload_status
from tests.event_log import log_of
from tests.factories import make_upload, make_user, viewer_of
from tests.waiting_for_a_lock import waiting_for_a_lock

WRITERS, EACH = 8, 40
STATUSES = [UploadStatus.AWAITING_BYTES, UploadStatus.VERIFYING, UploadStatus.CANCELED]


async def lock_the_row_alone(rows, upload_id):
    """What lock_upload would be without its advisory lock."""
    return await rows.filter(id=upload_id).select_for_update().first()


async def write(lock, upload_id, chance):
    for _ in range(EACH):
        async with in_transaction():
            upload = await lock(models.Upload.all(), upload_id)
            status = chance.choice([s for s in STATUSES if s is not upload.status])
            await write_upload_status(upload, status, cause="turned")


async def sequences_in_the_logs_order(lock):
    upload = await make_upload(await make_user(), status=UploadStatus.AWAITING_BYTES)
    await asyncio.gather(*(write(lock, upload.id, random.Random(n)) for n in range(WRITERS)))
    return [row["sequence"] for row in await log_of(upload.id)]


async def test_sequences_follow_the_order_of_commits(gateways):
    told = await sequences_in_the_logs_order(lock_upload)
    assert told == list(range(1, WRITERS * EACH + 2))


async def test_the_rows_lock_alone_would_not_do(gateways):
    """As for productions: should PostgreSQL ever change this, the advisory lock can go."""
    for _ in range(10):
        told = await sequences_in_the_logs_order(lock_the_row_alone)
        if told != sorted(told):
            return
    pytest.fail("The order held ten times without the advisory lock.")


async def test_one_that_somebody_is_changing_is_not_waited_for(gateways, aside):
    owner = await make_user()
    late = {"status": UploadStatus.AWAITING_BYTES, "expires_at": gateways.clock.now() - timedelta(seconds=1)}
    busy, free = await make_upload(owner, **late), await make_upload(owner, **late)
    async with in_transaction():
        await lock_upload(models.Upload.all(), busy.id)
        assert await aside(expire_uploads(bus=gateways.bus, clock=gateways.clock)) == 1
    assert [row["status"] for row in await log_of(free.id)] == ["AWAITING_BYTES", "EXPIRED"]
    assert [row["status"] for row in await log_of(busy.id)] == ["AWAITING_BYTES"]
    assert await expire_uploads(bus=gateways.bus, clock=gateways.clock) == 1


async def test_who_comes_second_sees_what_the_first_did(gateways, aside):
    owner = await make_user()
    upload = await make_upload(owner, status=UploadStatus.AWAITING_BYTES)
    async with in_transaction():
        locked = await lock_upload(models.Upload.all(), upload.id)
        second = aside(cancel_upload(viewer=viewer_of(owner), bus=gateways.bus, upload_id=upload.id))
        await waiting_for_a_lock()
        await write_upload_status(locked, UploadStatus.VERIFYING, cause="first")
    with pytest.raises(Refused, match="VERIFYING"):
        await second
    assert [row["status"] for row in await log_of(upload.id)] == ["AWAITING_BYTES", "VERIFYING"]
