"""MediaConvert by aioboto3. The endpoint is the regional one, or one that speaks the same API: account
endpoints are deprecated, and DescribeEndpoints, limited to one call a minute, is never called."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import aioboto3
from botocore.config import Config
from botocore.exceptions import ClientError

from services.gateways.media_convert import Job, JobRefused

PAGE = 20
PAGES_SEARCHED = 5
FOR_GOOD = frozenset({400, 402, 403, 404, 409, 422})


class AwsMediaConvert:
    def __init__(self, client: Any, queue: str | None) -> None:
        self._client = client
        self._queue = queue

    async def create_job(self, request: dict[str, Any]) -> Job:
        """Raises JobRefused with MediaConvert's own words when it will never take this job."""
        try:
            answer = await self._client.create_job(**request)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status not in FOR_GOOD:
                raise
            told = error.response.get("Error", {})
            raise JobRefused(told.get("Code", "Refused"), told.get("Message", str(error))) from error
        return _job(answer["Job"])

    async def get_job(self, job_id: str) -> Job | None:
        """None for a job MediaConvert does not know, or no longer: it forgets them after three months."""
        try:
            answer = await self._client.get_job(Id=job_id)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NotFoundException":
                return None
            raise
        return _job(answer["Job"])

    async def find_job(self, render_id: UUID, *, created_after: datetime | None = None) -> Job | None:
        token: dict[str, str] = {}
        queue = {"Queue": self._queue} if self._queue else {}
        for _ in range(PAGES_SEARCHED):
            page = await self._client.list_jobs(MaxResults=PAGE, Order="DESCENDING", **queue, **token)
            for found in page.get("Jobs", []):
                job = _job(found)
                if job.render_id == str(render_id):
                    return job
            if not page.get("NextToken"):
                return None
            token = {"NextToken": page["NextToken"]}
        return None

    async def cancel_job(self, job_id: str) -> None:
        try:
            await self._client.cancel_job(Id=job_id)
        except ClientError as error:
            # A job that ended meanwhile answers 404 or 409: its own event tells how.
            if error.response.get("Error", {}).get("Code") not in ("NotFoundException", "ConflictException"):
                raise


def _job(answer: Mapping[str, Any]) -> Job:
    return Job(
        id=answer["Id"],
        queue=answer.get("Queue"),
        status=answer.get("Status", "SUBMITTED"),
        render_id=answer.get("UserMetadata", {}).get("renderId"),
        error_code=answer.get("ErrorCode"),
        error_message=answer.get("ErrorMessage"),
    )


@asynccontextmanager
async def open_media_convert(
    session: aioboto3.Session, *, endpoint_url: str | None, region: str, queue: str | None
) -> AsyncIterator[AwsMediaConvert]:
    """One client for the life of a process: making one costs a quarter of a second of JSON reading."""
    config = Config(retries={"mode": "adaptive", "max_attempts": 4}, connect_timeout=5, read_timeout=30)
    async with session.client(
        "mediaconvert", endpoint_url=endpoint_url, region_name=region, config=config
    ) as client:
        yield AwsMediaConvert(client, queue)
