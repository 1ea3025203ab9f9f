"""Object storage by aiobotocore: AWS S3, or whatever speaks its protocol at the configured endpoint."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError, ClientError

from services.gateways.object_storage import PostForm, StoredObject, UploadedPart

CHUNK = 1024 * 1024
PART = 16 * CHUNK
ABORT_SECONDS = 2.0
DELETED_AT_ONCE = 1000


class S3ObjectStorage:
    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    async def presign_post(self, key: str, *, content_type: str, byte_size: int, seconds: int) -> PostForm:
        """S3 itself refuses another key, type or size, and a form that is too old."""
        fields = {"Content-Type": content_type, "success_action_status": "201"}
        conditions = [
            {"Content-Type": content_type},
            {"success_action_status": "201"},
            ["content-length-range", byte_size, byte_size],
        ]
        form = await self._client.generate_presigned_post(
            self._bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=seconds
        )
        return PostForm(url=form["url"], fields=form["fields"])

    async def presign_get(self, key: str, *, seconds: int, filename: str | None = None) -> str:
        params = {"Bucket": self._bucket, "Key": key}
        if filename is not None:
            params["ResponseContentDisposition"] = content_disposition(filename)
        url: str = await self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)
        return url

    async def presign_part(self, key: str, multipart_id: str, number: int, *, seconds: int) -> str:
        params = {"Bucket": self._bucket, "Key": key, "UploadId": multipart_id, "PartNumber": number}
        url: str = await self._client.generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds)
        return url

    async def start_multipart(self, key: str, *, content_type: str) -> str:
        answer = await self._client.create_multipart_upload(
            Bucket=self._bucket, Key=key, ContentType=content_type
        )
        return str(answer["UploadId"])

    async def uploaded_parts(self, key: str, multipart_id: str) -> list[UploadedPart]:
        listed: list[dict[str, Any]] = []
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=key, UploadId=multipart_id
        )
        try:
            async for page in pages:
                listed += page.get("Parts", [])
        except ClientError as error:
            if _code(error) == "NoSuchUpload":
                return []
            raise
        # AWS lists a part sent again once; SeaweedFS lists both, in any order, with times in whole seconds:
        # of two in one second the longer is kept, since what is sent again had been cut short.
        listed.sort(key=lambda part: (part["PartNumber"], part["LastModified"], part["Size"]))
        newest = {part["PartNumber"]: part for part in listed}
        return [
            UploadedPart(number, part["Size"], part["ETag"].strip('"')) for number, part in newest.items()
        ]

    async def complete_multipart(self, key: str, multipart_id: str, parts: Sequence[UploadedPart]) -> None:
        listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        try:
            await self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=multipart_id, MultipartUpload={"Parts": listed}
            )
        except ClientError as error:
            if _code(error) != "NoSuchUpload":
                raise

    async def abort_multipart(self, key: str, multipart_id: str) -> None:
        try:
            await self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=multipart_id)
        except ClientError as error:
            if _code(error) != "NoSuchUpload":
                raise

    async def head(self, key: str) -> StoredObject | None:
        try:
            answer = await self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _code(error) in ("404", "NoSuchKey", "NotFound"):
                return None
            raise
        return StoredObject(key, answer["ContentLength"], answer.get("ContentType"))

    async def read(self, key: str) -> AsyncIterator[bytes]:
        answer = await self._client.get_object(Bucket=self._bucket, Key=key)
        async with answer["Body"] as body:
            async for chunk in body.content.iter_chunked(CHUNK):
                yield chunk

    async def get(self, key: str) -> bytes | None:
        try:
            return b"".join([chunk async for chunk in self.read(key)])
        except ClientError as error:
            if _code(error) == "NoSuchKey":
                return None
            raise

    async def put(self, key: str, body: bytes, *, content_type: str) -> None:
        await self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        if path.stat().st_size <= PART:
            body = await asyncio.to_thread(path.read_bytes)
            await self.put(key, body, content_type=content_type)
            return
        multipart_id = await self.start_multipart(key, content_type=content_type)
        try:
            await self._put_parts(key, multipart_id, path)
        except BaseException:
            # Cancelled included: what was sent would be kept, and paid for, unseen.
            with suppress(BotoCoreError, ClientError, TimeoutError):
                async with asyncio.timeout(ABORT_SECONDS):
                    await self.abort_multipart(key, multipart_id)
            raise

    async def _put_parts(self, key: str, multipart_id: str, path: Path) -> None:
        place = {"Bucket": self._bucket, "Key": key, "UploadId": multipart_id}
        parts: list[dict[str, Any]] = []
        with path.open("rb") as file:
            while body := await asyncio.to_thread(file.read, PART):
                number = len(parts) + 1
                answer = await self._client.upload_part(**place, PartNumber=number, Body=body)
                parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        await self._client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})

    async def copy(self, source: str, target: str) -> None:
        origin = {"Bucket": self._bucket, "Key": source}
        try:
            await self._client.copy_object(
                Bucket=self._bucket, Key=target, CopySource=origin, IfNoneMatch="*"
            )
        except ClientError as error:
            if _code(error) not in ("PreconditionFailed", "NoSuchKey"):
                raise

    async def list_objects(self, prefix: str) -> list[StoredObject]:
        found = []
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        async for page in pages:
            found += [StoredObject(item["Key"], item["Size"]) for item in page.get("Contents", [])]
        return found

    async def delete_prefix(self, prefix: str) -> int:
        keys = [item.key for item in await self.list_objects(prefix)]
        for start in range(0, len(keys), DELETED_AT_ONCE):
            batch = [{"Key": key} for key in keys[start : start + DELETED_AT_ONCE]]
            answer = await self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True}
            )
            if answer.get("Errors"):
                raise DeletionIncomplete(f"{len(answer['Errors'])} objects under {prefix} were not deleted.")
        return len(keys)


class DeletionIncomplete(Exception):
    """S3 answered 200 and refused some of the keys all the same."""


def content_disposition(filename: str) -> str:
    """An attachment by this name, never a path (RFC 6266: an ASCII fallback, and the real one in UTF-8)."""
    filename = re.sub(r"[/\\]", "_", filename)
    fallback = "".join(c if c.isascii() and c.isprintable() and c not in '"\\;' else "_" for c in filename)
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@asynccontextmanager
async def open_s3(
    session: AioSession, *, endpoint_url: str | None, bucket: str, region: str
) -> AsyncIterator[S3ObjectStorage]:
    """One client for the life of a process. Signatures are version 4 always: boto3 would make a version 2
    POST for older regions."""
    config = AioConfig(
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint_url else "virtual"},
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=5,
        read_timeout=60,
    )
    async with session.create_client(
        "s3", endpoint_url=endpoint_url, region_name=region, config=config
    ) as client:
        yield S3ObjectStorage(client, bucket)
