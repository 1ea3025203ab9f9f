"""Object storage by the S3 protocol."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class PostForm:
    """A presigned POST: the form a browser sends, fields first, the file last."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True)
class StoredObject:
    key: str
    byte_size: int
    content_type: str | None = None


@dataclass(frozen=True)
class UploadedPart:
    number: int
    byte_size: int
    etag: str


class ObjectStorage(Protocol):
    """One bucket. Keys are relative to it; URLs it hands out expire after `seconds`."""

    def uri(self, key: str) -> str:
        """`s3://bucket/key`, as MediaConvert wants it."""
        ...

    async def presign_post(self, key: str, *, content_type: str, byte_size: int, seconds: int) -> PostForm:
        """A form that accepts exactly this key and content type and at most `byte_size` bytes."""
        ...

    async def presign_get(self, key: str, *, seconds: int, filename: str | None = None) -> str: ...

    async def presign_part(self, key: str, multipart_id: str, number: int, *, seconds: int) -> str: ...

    async def start_multipart(self, key: str, *, content_type: str) -> str: ...

    async def uploaded_parts(self, key: str, multipart_id: str) -> list[UploadedPart]:
        """The parts that arrived, by number; empty when the multipart upload no longer exists."""
        ...

    async def complete_multipart(self, key: str, multipart_id: str, parts: Sequence[UploadedPart]) -> None:
        """Idempotent: of one that was completed or aborted already, `head` says what became."""
        ...

    async def abort_multipart(self, key: str, multipart_id: str) -> None:
        """Idempotent."""
        ...

    async def head(self, key: str) -> StoredObject | None: ...

    def read(self, key: str) -> AsyncIterator[bytes]: ...

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, body: bytes, *, content_type: str) -> None: ...

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """As `put`, piece by piece from a local file of any size."""
        ...

    async def copy(self, source: str, target: str) -> None:
        """Copy up to 5 GiB within storage, unless there is an object at `target` already. Idempotent: of what
        was copied before, or of a source that is not there, `head` says what became."""
        ...

    async def list_objects(self, prefix: str) -> list[StoredObject]: ...

    async def delete_prefix(self, prefix: str) -> int:
        """Remove every object under the prefix; returns how many. Idempotent."""
        ...
