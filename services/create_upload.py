import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from tortoise.transactions import in_transaction
from uuid_utils.compat import uuid7

import models
from models.statuses import UploadKind, UploadStatus
from services.errors import Refused, Unauthenticated, UserError, refuse
from services.gateways.clock import Clock
from services.gateways.event_bus import EventBus
from services.gateways.object_storage import ObjectStorage
from services.idempotency import IdempotencyKeyRefused, first_result, remember
from services.limits import MIB, Limits
from services.upload_keys import source_key
from services.upload_status import write_upload_status
from services.upload_types import NOUNS, UPLOAD_TYPES
from services.viewer import Viewer

# What a form takes at once, and what S3 copies in one call.
MAX_FORM_BYTES = 5 * 1024 * MIB
MAX_FILENAME = 255
MAX_TITLE = 200
MAX_PARTS = 10_000
SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class CreateUploadErrorCode(StrEnum):
    FILENAME_INVALID = "FILENAME_INVALID"
    CONTENT_TYPE_INVALID = "CONTENT_TYPE_INVALID"
    BYTE_SIZE_INVALID = "BYTE_SIZE_INVALID"
    CHECKSUM_INVALID = "CHECKSUM_INVALID"
    TITLE_INVALID = "TITLE_INVALID"
    IDEMPOTENCY_KEY_INVALID = "IDEMPOTENCY_KEY_INVALID"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


async def create_upload(
    *,
    viewer: Viewer,
    storage: ObjectStorage,
    bus: EventBus,
    limits: Limits,
    clock: Clock,
    filename: str,
    content_type: str,
    byte_size: int,
    checksum_sha256: str | None = None,
    title: str | None = None,
    idempotency_key: str | None = None,
) -> models.Upload:
    """Announce a file of exactly `byte_size` bytes. Above a threshold it is sent in parts, which S3 is told
    before the row is written; were the row not written, the empty multipart upload is given up again."""
    if viewer.user_id is None:
        raise Unauthenticated
    _validate(filename, content_type, byte_size, checksum_sha256, title, limits)
    upload = models.Upload(
        id=uuid7(),
        owner_id=viewer.user_id,
        kind=UPLOAD_TYPES[content_type].kind,
        title=(title or "").strip() or filename[:MAX_TITLE],
        filename=filename,
        content_type=content_type,
        byte_size=byte_size,
        checksum_sha256=checksum_sha256.lower() if checksum_sha256 else None,
        expires_at=clock.now() + timedelta(seconds=limits.upload_ttl_seconds),
    )
    upload.source_key = source_key(upload)
    await _start_parts(upload, storage, limits)
    request = [filename, content_type, byte_size, checksum_sha256, title]
    saved = await _saved_or_given_up(viewer, upload, storage, idempotency_key, request)
    if saved.id == upload.id:
        await bus.announce_transition()
    return saved


async def _saved_or_given_up(
    viewer: Viewer, upload: models.Upload, storage: ObjectStorage, key: str | None, request: Sequence[object]
) -> models.Upload:
    saved: models.Upload | None = None
    try:
        saved = await _save(viewer, upload, key, request)
    finally:
        if upload.multipart_id and (saved is None or saved.id != upload.id):
            await storage.abort_multipart(upload.source_key, upload.multipart_id)
    return saved


async def _start_parts(upload: models.Upload, storage: ObjectStorage, limits: Limits) -> None:
    """For a file that is too large for a form."""
    if upload.byte_size > min(limits.multipart_threshold_bytes, MAX_FORM_BYTES):
        upload.part_size = part_size(upload.byte_size, limits)
        upload.multipart_id = await storage.start_multipart(
            upload.source_key, content_type=upload.content_type
        )


async def _save(
    viewer: Viewer, upload: models.Upload, key: str | None, request: Sequence[object]
) -> models.Upload:
    try:
        async with in_transaction():
            known = await first_result(viewer, "createUpload", key, request, models.Upload)
            if known is not None:
                return known
            await write_upload_status(upload, UploadStatus.AWAITING_BYTES, cause="createUpload")
            await remember(viewer, "createUpload", key, request, upload.id)
    except IdempotencyKeyRefused as refused:
        code = CreateUploadErrorCode(refused.code)
        raise refuse(code, str(refused), "input", "idempotencyKey") from refused
    return upload


def part_size(byte_size: int, limits: Limits) -> int:
    """Bytes a part: the configured size, or as much more as keeps within S3's 10,000 parts."""
    return max(limits.part_bytes, -(-byte_size // MAX_PARTS))


def _validate(
    filename: str,
    content_type: str,
    byte_size: int,
    checksum: str | None,
    title: str | None,
    limits: Limits,
) -> None:
    codes = CreateUploadErrorCode
    errors = []
    if not _is_filename(filename):
        message = (
            f"A file name has 1 to {MAX_FILENAME} characters, and neither a path nor control characters."
        )
        errors.append(UserError(codes.FILENAME_INVALID, message, ("input", "filename")))
    if content_type not in UPLOAD_TYPES:
        message = f"“{content_type[:60]}” is not accepted; these are: {', '.join(UPLOAD_TYPES)}."
        errors.append(UserError(codes.CONTENT_TYPE_INVALID, message, ("input", "contentType")))
    noun, most = _most_bytes(content_type, limits)
    if not 1 <= byte_size <= most:
        message = f"The {noun} has {byte_size:,} bytes; 1 to {most:,} are allowed."
        errors.append(UserError(codes.BYTE_SIZE_INVALID, message, ("input", "byteSize")))
    if checksum is not None and not SHA256.fullmatch(checksum):
        message = "A SHA-256 has 64 hexadecimal digits."
        errors.append(UserError(codes.CHECKSUM_INVALID, message, ("input", "checksumSha256")))
    if title is not None and len(title.strip()) > MAX_TITLE:
        message = f"A title has at most {MAX_TITLE} characters."
        errors.append(UserError(codes.TITLE_INVALID, message, ("input", "title")))
    if errors:
        raise Refused(*errors)


def _most_bytes(content_type: str, limits: Limits) -> tuple[str, int]:
    """What the file is called in a message, and how large it may be."""
    if content_type not in UPLOAD_TYPES:
        return "file", limits.max_upload_bytes
    kind = UPLOAD_TYPES[content_type].kind
    smaller = {
        UploadKind.IMAGE: limits.max_image_bytes,
        UploadKind.CAPTIONS: limits.max_captions_bytes,
    }
    return NOUNS[kind], min(smaller.get(kind, limits.max_upload_bytes), limits.max_upload_bytes)


def _is_filename(name: str) -> bool:
    if not 1 <= len(name.strip()) <= len(name) <= MAX_FILENAME or name in (".", ".."):
        return False
    return not any(c in "/\\" or unicodedata.category(c) in ("Cc", "Cs") for c in name)
