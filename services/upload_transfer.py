from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import models
from models.statuses import UploadStatus
from services.errors import BadInput
from services.gateways.clock import Clock
from services.gateways.object_storage import ObjectStorage, UploadedPart
from services.upload_keys import incoming_key

MAX_PART_URLS = 100


@dataclass(frozen=True)
class PostTransfer:
    url: str
    fields: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class MultipartTransfer:
    """`part_size` in bytes; the last part is what remains."""

    part_size: int
    part_count: int
    uploaded_parts: Sequence[UploadedPart]
    expires_at: datetime


async def upload_transfer(
    *, upload: models.Upload, storage: ObjectStorage, clock: Clock
) -> PostTransfer | MultipartTransfer | None:
    """How to send the file, and which parts are there; None once bytes are no longer awaited."""
    seconds = _seconds_left(upload, clock)
    if upload.status is not UploadStatus.AWAITING_BYTES or seconds <= 0:
        return None
    if upload.multipart_id is None:
        form = await storage.presign_post(
            incoming_key(upload),
            content_type=upload.content_type,
            byte_size=upload.byte_size,
            seconds=seconds,
        )
        return PostTransfer(form.url, form.fields, upload.expires_at)
    return MultipartTransfer(
        part_size=upload.part_size or 0,
        part_count=part_count(upload),
        uploaded_parts=await storage.uploaded_parts(upload.source_key, upload.multipart_id),
        expires_at=upload.expires_at,
    )


async def part_urls(
    *, upload: models.Upload, numbers: Sequence[int], storage: ObjectStorage, clock: Clock
) -> dict[int, str]:
    """Where to PUT each part. Raises BadInput for a number the file has no part for, or too many at once."""
    seconds = _seconds_left(upload, clock)
    if upload.multipart_id is None or seconds <= 0:
        return {}
    count = part_count(upload)
    if len(numbers) > MAX_PART_URLS or not all(1 <= number <= count for number in numbers):
        raise BadInput(f"Name at most {MAX_PART_URLS} parts at once, by numbers from 1 to {count}.")
    return {
        number: await storage.presign_part(upload.source_key, upload.multipart_id, number, seconds=seconds)
        for number in sorted(set(numbers))
    }


def part_count(upload: models.Upload) -> int:
    return -(-int(upload.byte_size) // int(upload.part_size or upload.byte_size))


def part_bytes(upload: models.Upload, number: int) -> int:
    """The exact size of a part: the last one is what remains."""
    size = int(upload.part_size or upload.byte_size)
    return min(size, int(upload.byte_size) - size * (number - 1))


def _seconds_left(upload: models.Upload, clock: Clock) -> int:
    return int((upload.expires_at - clock.now()).total_seconds())
