"""Decides whether a file that arrived is what was announced: its bytes, and what is in them."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

import models
from models.statuses import UploadRejectionCode, UploadStatus
from services.forget_upload_objects import forget_incoming_objects, forget_upload_objects
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.object_storage import ObjectStorage
from services.limits import Limits
from services.media.media_rejected import MediaRejected
from services.media.probe_in_child import ProbeChild, probe_child
from services.media.probe_request import Poster, ProbeRequest
from services.media.probed_media import Probed
from services.rows.lock_upload import lock_upload
from services.upload_keys import incoming_key, upload_folder
from services.upload_status import write_upload_status
from services.upload_types import NOUNS

LEASE = timedelta(minutes=5)
MAX_LEASE = timedelta(hours=2)
SLOWEST_BYTES_PER_SECOND = 10_000_000
MAX_ATTEMPTS = 5
URL_SECONDS = 3600
PROBE_SECONDS = 60
MAX_REJECTION_MESSAGE = 500
POSTER_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
log = structlog.get_logger()


async def claim_upload(*, clock: Clock) -> UUID | None:
    """Lease the upload that waited longest for verification; None when there is none. The lease is longer for
    a larger file, and grows with each attempt, so that what fails is tried again later and later."""
    async with in_transaction():
        now = clock.now()
        upload = (
            await models.Upload.filter(
                Q(leased_until__isnull=True) | Q(leased_until__lt=now), status=UploadStatus.VERIFYING
            )
            .order_by("updated_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        if upload is None:
            return None
        upload.attempts += 1
        lease = LEASE + timedelta(seconds=upload.byte_size / SLOWEST_BYTES_PER_SECOND)
        upload.leased_until = now + min(lease * upload.attempts, MAX_LEASE)
        await upload.save(update_fields=["attempts", "leased_until"])
        return upload.id


async def verify_upload(*, storage: ObjectStorage, bus: EventBus, limits: Limits, upload_id: UUID) -> None:
    """End a VERIFYING upload in READY, with its media and a poster, or in REJECTED with a reason.

    A failure that says nothing of the file (storage is down) raises and leaves it VERIFYING; a file that
    is there and that no attempt can read is rejected after the fifth.
    """
    upload = await models.Upload.get(id=upload_id)
    try:
        async with probe_child() as child:
            await _take_in(upload, storage)
            await _check_bytes(upload, storage)
            probed, poster_key = await _read_file(upload, child, storage, limits)
    except MediaRejected as rejected:
        is_settled = await _reject(upload, rejected.code, str(rejected))
    else:
        is_settled = await _settle(
            upload, UploadStatus.READY, cause="verified", media=probed.to_json(), poster_key=poster_key
        )
    if is_settled:
        await bus.announce_transition()


async def _take_in(upload: models.Upload, storage: ObjectStorage) -> None:
    """Copy what a form brought to where nothing can be sent: the form lives on, and verified bytes must stay.

    Only the first copy counts, so that a worker slower than its lease changes nothing either.
    """
    if upload.multipart_id is None:
        await storage.copy(incoming_key(upload), upload.source_key)


async def _read_file(
    upload: models.Upload, child: ProbeChild, storage: ObjectStorage, limits: Limits
) -> tuple[Probed, str | None]:
    """What the file holds, and its poster's key. Raises MediaRejected, or at first whatever went wrong."""
    request = ProbeRequest(
        url=await storage.presign_get(upload.source_key, seconds=URL_SECONDS),
        kind=upload.kind,
        content_type=upload.content_type,
        max_duration_ms=limits.max_media_duration_ms,
        max_image_pixels=limits.max_image_pixels,
    )
    try:
        probed, poster = await child.probe(request, seconds=_probe_seconds(upload))
        return probed, await _store_poster(upload, poster, storage)
    except MediaRejected:
        raise
    except Exception as error:
        if upload.attempts < MAX_ATTEMPTS:
            raise
        log.exception("verification given up", upload_id=str(upload.id), attempts=upload.attempts)
        message = f"The {NOUNS[upload.kind]} could not be read."
        raise MediaRejected(UploadRejectionCode.UNSUPPORTED_CODEC, message) from error


def _probe_seconds(upload: models.Upload) -> int:
    """Less than the lease, which also covers the copy and the checksum."""
    return PROBE_SECONDS + int(upload.byte_size) // (2 * SLOWEST_BYTES_PER_SECOND)


async def _check_bytes(upload: models.Upload, storage: ObjectStorage) -> None:
    """Raises MediaRejected when size or checksum are not as announced."""
    stored = await storage.head(upload.source_key)
    if stored is None:
        raise MediaRejected(UploadRejectionCode.MISSING, "The file is no longer in storage.")
    if stored.byte_size == 0:
        raise MediaRejected(UploadRejectionCode.EMPTY, "The file is empty.")
    if stored.byte_size != upload.byte_size:
        message = f"{upload.byte_size} bytes were announced, {stored.byte_size} arrived."
        raise MediaRejected(UploadRejectionCode.SIZE_MISMATCH, message)
    if upload.checksum_sha256 is not None:
        digest = hashlib.sha256()
        async for chunk in storage.read(upload.source_key):
            await asyncio.to_thread(digest.update, chunk)
        if digest.hexdigest() != upload.checksum_sha256:
            message = "The file's SHA-256 is not the one announced; it was damaged on the way."
            raise MediaRejected(UploadRejectionCode.CHECKSUM_MISMATCH, message)


async def _store_poster(upload: models.Upload, poster: Poster | None, storage: ObjectStorage) -> str | None:
    if poster is None:
        return None
    key = f"{upload_folder(upload)}poster.{poster.extension}"
    await storage.put(key, poster.picture, content_type=POSTER_TYPES[poster.extension])
    return key


async def _reject(upload: models.Upload, code: UploadRejectionCode, message: str) -> bool:
    """The bytes of a rejected file are of no use to anybody: they are removed."""
    message = message[:MAX_REJECTION_MESSAGE]
    cause = f"{code}: {message}"
    return await _settle(
        upload, UploadStatus.REJECTED, cause=cause, rejection_code=code, rejection_message=message
    )


async def _settle(upload: models.Upload, status: UploadStatus, *, cause: str, **values: object) -> bool:
    """Write the outcome once, and say whether it was this one: another worker may have been first, or the
    owner may have deleted the row. Where that removed the objects, what this attempt has stored since is
    removed too."""
    async with in_transaction():
        locked = await lock_upload(models.Upload.all(), upload.id)
        if locked is None or locked.status is UploadStatus.REJECTED:
            await forget_upload_objects(upload)
            return False
        if locked.status is not UploadStatus.VERIFYING:
            return False
        await write_upload_status(locked, status, cause=cause, leased_until=None, **values)
        if status is UploadStatus.REJECTED:
            await forget_upload_objects(locked)
        else:
            await forget_incoming_objects(locked)
    return True
