from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import UploadStatus
from services.errors import Unauthenticated, refuse
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.object_storage import ObjectStorage, UploadedPart
from services.policy import visible_uploads
from services.rows.owned_upload import lock_owned_upload
from services.upload_keys import incoming_key
from services.upload_status import write_upload_status
from services.upload_transfer import part_bytes, part_count
from services.viewer import Viewer

NAMED_PARTS = 20


class CompleteUploadErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    BYTES_MISSING = "BYTES_MISSING"
    PARTS_MISSING = "PARTS_MISSING"
    PARTS_INVALID = "PARTS_INVALID"
    UPLOAD_EXPIRED = "UPLOAD_EXPIRED"
    UPLOAD_CANCELED = "UPLOAD_CANCELED"


async def complete_upload(
    *,
    viewer: Viewer,
    storage: ObjectStorage,
    clock: Clock,
    bus: EventBus,
    upload_id: UUID,
    parts: Sequence[tuple[int, str]] | None = None,
) -> models.Upload:
    """Say that every byte was sent; a worker then verifies them. Said twice, it is said once.

    A refusal changes nothing: what is missing can still be sent.
    """
    if viewer.user_id is None:
        raise Unauthenticated
    codes = CompleteUploadErrorCode
    upload = await models.Upload.filter(visible_uploads(viewer), id=upload_id).first()
    if upload is None:
        raise refuse(codes.UPLOAD_NOT_FOUND, "There is no such upload.", "input", "uploadId")
    if upload.status not in _awaited(upload, clock):
        return upload
    await _assemble(upload, storage, parts)
    if not await _has_arrived(upload, storage):
        raise refuse(codes.BYTES_MISSING, "The file has not arrived.", "input", "uploadId")
    async with in_transaction():
        upload = await lock_owned_upload(viewer=viewer, upload_id=upload_id, not_found=codes.UPLOAD_NOT_FOUND)
        if upload.status not in _awaited(upload, clock):
            return upload
        await write_upload_status(upload, UploadStatus.VERIFYING, cause="completeUpload")
    await bus.announce_transition()
    await bus.announce_work()
    return upload


async def _has_arrived(upload: models.Upload, storage: ObjectStorage) -> bool:
    """A form brings a file to a key of its own; parts become the source at once."""
    if upload.multipart_id is None and await storage.head(incoming_key(upload)) is not None:
        return True
    return await storage.head(upload.source_key) is not None


def _awaited(upload: models.Upload, clock: Clock) -> tuple[UploadStatus, ...]:
    """The statuses that completion moves on from. Raises Refused for an upload that is over."""
    codes = CompleteUploadErrorCode
    is_late = upload.status is UploadStatus.AWAITING_BYTES and upload.expires_at <= clock.now()
    if upload.status is UploadStatus.EXPIRED or is_late:
        raise refuse(codes.UPLOAD_EXPIRED, "The upload has expired.", "input", "uploadId")
    if upload.status is UploadStatus.CANCELED:
        raise refuse(codes.UPLOAD_CANCELED, "The upload was cancelled.", "input", "uploadId")
    return (UploadStatus.AWAITING_BYTES,)


async def _assemble(
    upload: models.Upload, storage: ObjectStorage, told: Sequence[tuple[int, str]] | None
) -> None:
    """Make one object of the parts. A repeated call finds it made."""
    if upload.multipart_id is None:
        return
    there = {
        part.number: part for part in await storage.uploaded_parts(upload.source_key, upload.multipart_id)
    }
    # Asked after the parts: a call at the same moment may have made one object of them in between.
    if await storage.head(upload.source_key) is not None:
        return
    missing = [number for number in range(1, part_count(upload) + 1) if number not in there]
    if missing:
        named = ", ".join(map(str, missing[:NAMED_PARTS])) + (" …" if missing[NAMED_PARTS:] else "")
        message = f"These parts have not arrived: {named}."
        raise refuse(CompleteUploadErrorCode.PARTS_MISSING, message, "input", "parts")
    _check_told(there, told)
    _check_sizes(upload, there)
    await storage.complete_multipart(
        upload.source_key, upload.multipart_id, [there[number] for number in sorted(there)]
    )


def _check_told(there: dict[int, UploadedPart], told: Sequence[tuple[int, str]] | None) -> None:
    for index, (number, etag) in enumerate(told or ()):
        if number not in there or there[number].etag != etag.strip('"'):
            message = f"Part {number} is not what arrived."
            raise refuse(CompleteUploadErrorCode.PARTS_INVALID, message, "input", "parts", str(index))


def _check_sizes(upload: models.Upload, there: dict[int, UploadedPart]) -> None:
    """A part's URL takes any number of bytes, and what was cut off on the way is only seen here."""
    for number, part in sorted(there.items()):
        wanted = part_bytes(upload, number)
        if part.byte_size != wanted:
            message = f"Part {number} has {part.byte_size} bytes, not {wanted}; send it again."
            raise refuse(CompleteUploadErrorCode.PARTS_INVALID, message, "input", "parts")
