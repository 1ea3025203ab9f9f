import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from embedded.mediaconvert.sources import SourceError

CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
}
AT_ONCE = 4


class Storage:
    """S3, as a render reads and writes it: `s3://bucket/key` in, files under a prefix out."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def download(self, uri: str, path: Path) -> None:
        """Raises SourceError 1404 for an object that is not there."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            await self._client.download_file(bucket, key, str(path))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NoSuchBucket"):
                message = f"Unable to open input file [{uri}]: [Failed to read data: HeadObject failed]"
                raise SourceError(1404, message) from error
            raise

    async def upload(
        self, files: list[Path], bucket: str, folder: str, report: Callable[[Path], None]
    ) -> None:
        """Media before playlists, the shortest name of these, the master, last: what is named is there."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def put(path: Path) -> None:
            async with gate:
                await self._client.upload_file(
                    str(path),
                    bucket,
                    f"{folder}/{path.name}",
                    ExtraArgs={"ContentType": CONTENT_TYPES.get(path.suffix, "application/octet-stream")},
                )
                report(path)

        await asyncio.gather(*(put(path) for path in files if path.suffix != ".m3u8"))
        playlists = [path for path in files if path.suffix == ".m3u8"]
        for path in sorted(playlists, key=lambda path: len(path.name), reverse=True):
            await put(path)
