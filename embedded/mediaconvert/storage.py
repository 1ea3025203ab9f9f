"""S3, as a render reads and writes it. What fails for a moment is tried again; the rest ends with
MediaConvert's error codes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from embedded.mediaconvert.sources import SourceError

log = structlog.get_logger()
CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt",
}
AT_ONCE = 4
CHUNK_BYTES = 1024 * 1024
PART_BYTES = 16 * 1024 * 1024
MAX_PARTS = 10_000
DELETED_AT_ONCE = 1000
PATIENCE_SECONDS = 60.0
FIRST_BACKOFF_SECONDS, LAST_BACKOFF_SECONDS = 0.2, 5.0
HTTP_SECONDS = aiohttp.ClientTimeout(total=None, connect=10, sock_read=60)
UNREACHABLE = (BotoCoreError, aiohttp.ClientError, TimeoutError, ConnectionError)
MISSING = ("404", "NoSuchKey", "NoSuchBucket")
DENIED = ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch")


class Storage:
    """`s3://bucket/key` and `http(s)://` in, files under a prefix out.

    `patience`: for how many seconds a server may be away. All raise SourceError.
    """

    def __init__(self, client: Any, *, patience: float = PATIENCE_SECONDS) -> None:
        self._client = client
        self._patience = patience

    async def download(self, uri: str, path: Path) -> None:
        """1404 and 1401, over HTTP 3404, 3403 and 3401, when it is not there or not allowed."""
        reading = _over_http if uri.startswith(("http://", "https://")) else self._object

        async def attempt() -> None:
            # Opened once it is known to be there, and anew each time: half a file is never taken for one.
            async with reading(uri) as chunks:
                with path.open("wb") as file:
                    async for chunk in chunks:
                        file.write(chunk)

        await self._patiently(attempt, uri, f"Unable to open input file [{uri}]")

    async def upload(
        self, files: list[Path], bucket: str, folder: str, report: Callable[[Path], None]
    ) -> None:
        """Media before playlists, the shortest name of these, the master, last: what is named is there.

        Cancelled, or when one file fails, none is on its way any more.
        """
        gate = asyncio.Semaphore(AT_ONCE)

        async def put(path: Path) -> None:
            async with gate:
                key = f"{folder}/{path.name}" if folder else path.name
                what = f"Unable to write to output file [s3://{bucket}/{key}]"
                await self._patiently(lambda: self._put(path, bucket, key), f"s3://{bucket}/{key}", what)
            report(path)

        await _all_or_none(put(path) for path in files if path.suffix != ".m3u8")
        playlists = [path for path in files if path.suffix == ".m3u8"]
        for path in sorted(playlists, key=lambda path: len(path.name), reverse=True):
            await put(path)

    async def remove(self, bucket: str, keys: list[str]) -> None:
        """Missing ones count as removed. Raises ClientError or one of UNREACHABLE, without trying again."""
        for start in range(0, len(keys), DELETED_AT_ONCE):
            objects = [{"Key": key} for key in keys[start : start + DELETED_AT_ONCE]]
            answer = await self._client.delete_objects(
                Bucket=bucket, Delete={"Objects": objects, "Quiet": True}
            )
            if answer.get("Errors"):
                raise ClientError({"Error": answer["Errors"][0]}, "DeleteObjects")

    async def link(self, uri: str) -> str:
        """An address that reads the object over HTTP for a quarter of an hour."""
        bucket, key = split_uri(uri)
        address: str = await self._client.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=900
        )
        return address

    async def head(self, uri: str) -> dict[str, Any]:
        bucket, key = split_uri(uri)
        facts: dict[str, Any] = {}

        async def attempt() -> None:
            facts.update(await self._client.head_object(Bucket=bucket, Key=key))

        await self._patiently(attempt, uri, f"Unable to open input file [{uri}]")
        return facts

    @asynccontextmanager
    async def _object(self, uri: str) -> AsyncIterator[AsyncIterator[bytes]]:
        bucket, key = split_uri(uri)
        answer = await self._client.get_object(Bucket=bucket, Key=key)
        async with answer["Body"] as body:
            yield body.content.iter_chunked(CHUNK_BYTES)

    async def _put(self, path: Path, bucket: str, key: str) -> None:
        place = {"Bucket": bucket, "Key": key}
        kind = {"ContentType": CONTENT_TYPES.get(path.suffix, "application/octet-stream")}
        if path.stat().st_size <= PART_BYTES:
            await self._client.put_object(**place, **kind, Body=path.read_bytes())
            return
        started = await self._client.create_multipart_upload(**place, **kind)
        place["UploadId"] = started["UploadId"]
        try:
            await self._put_parts(path, place)
        except BaseException:
            # Cancelled included: what was sent would be kept, and paid for, unseen.
            with suppress(ClientError, *UNREACHABLE):
                async with asyncio.timeout(1):
                    await self._client.abort_multipart_upload(**place)
            raise

    async def _put_parts(self, path: Path, place: dict[str, str]) -> None:
        size = max(PART_BYTES, -(-path.stat().st_size // MAX_PARTS))
        parts: list[dict[str, Any]] = []
        with path.open("rb") as file:
            while part := file.read(size):
                number = len(parts) + 1
                sent = await self._client.upload_part(**place, PartNumber=number, Body=part)
                parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        await self._client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})

    async def _patiently(self, attempt: Callable[[], Awaitable[None]], uri: str, what: str) -> None:
        """Again and again while the server is away, which counts from the first failure: what was cut after
        an hour is tried again too. Raises SourceError."""
        deadline: float | None = None
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            try:
                return await attempt()
            except (ClientError, *UNREACHABLE) as error:
                failure = storage_failure(error, what)
                deadline = deadline or time.monotonic() + self._patience
                if failure.code not in (3450, 3451) or time.monotonic() + backoff > deadline:
                    raise failure from error
                log.warning("storage is away", uri=uri, error=str(error))
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)


class RecordedStorage(Storage):
    """Storage that writes down what it is about to upload, before it does."""

    def __init__(self, storage: Storage, record: Callable[[str, str, list[str]], None]) -> None:
        super().__init__(storage._client, patience=storage._patience)
        self._record = record

    async def upload(
        self, files: list[Path], bucket: str, folder: str, report: Callable[[Path], None]
    ) -> None:
        self._record(bucket, folder, [path.name for path in files])
        await super().upload(files, bucket, folder, report)


def split_uri(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def storage_failure(error: Exception, what: str) -> SourceError:
    """A failed request with MediaConvert's code: 3450 and 3451 for a server that is away."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        if code in MISSING:
            return SourceError(1404, f"{what}: [Failed to read data: HeadObject failed]")
        if code in DENIED:
            return SourceError(1401, f"{what}: [Access denied]")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status >= 500 or status == 429:
            return SourceError(3450, f"{what}: [The server answered {status} {code}]")
        return SourceError(1999, f"{what}: [{code}]")
    if isinstance(error, ParamValidationError | aiohttp.InvalidURL):
        return SourceError(1404, f"{what}: [No such address]")
    if isinstance(error, aiohttp.ClientResponseError):
        number = {401: 3401, 403: 3403, 404: 3404}.get(error.status, 3450)
        return SourceError(number, f"{what}: [The server answered {error.status}]")
    return SourceError(3451, f"{what}: [No connection: {type(error).__name__}]")


@asynccontextmanager
async def _over_http(uri: str) -> AsyncIterator[AsyncIterator[bytes]]:
    async with (
        aiohttp.ClientSession(timeout=HTTP_SECONDS) as session,
        session.get(uri, raise_for_status=True) as answer,
    ):
        yield answer.content.iter_chunked(CHUNK_BYTES)


async def _all_or_none(puts: Iterable[Awaitable[None]]) -> None:
    """Wait for all; the first that fails, or a cancellation, ends the others before it goes on."""
    tasks = [asyncio.ensure_future(put) for put in puts]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
