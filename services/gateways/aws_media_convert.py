"""MediaConvert by aiobotocore. The endpoint is the regional one, or one that speaks the same API: account
endpoints are deprecated, and DescribeEndpoints, limited to one call a minute, is never called."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError, ClientError

from services.gateways.media_convert import Job, JobOutput, JobWarning, OutcomeUnknown
from services.gateways.media_convert_failures import code_of, failure_of, mark_lost_answers
from services.gateways.rate_bucket import RateBucket

PAGE = 20
MOST_PAGES = 100
MOST_UNFINISHED_PAGES = 50
CLOCK_SKEW = timedelta(minutes=5)
ATTEMPTS = 4
RETRIED_WITHIN_SECONDS = 45.0
FIRST_SENT_AT = "FirstSentAt"
# Looking waits for making and cancelling, but not for longer than this.
PATIENCE_SECONDS = {"GetJob": 10.0, "ListJobs": 5.0}


class AwsMediaConvert:
    def __init__(self, client: Any) -> None:
        self._client = client

    async def create_job(self, request: dict[str, Any]) -> Job:
        return _job((await _asked(self._client.create_job, **request))["Job"])

    async def get_job(self, job_id: str) -> Job | None:
        try:
            return _job((await self._client.get_job(Id=job_id))["Job"])
        except ClientError as error:
            if code_of(error) == "NotFoundException":
                return None
            raise failure_of(error) from error
        except BotoCoreError as error:
            raise failure_of(error) from error

    async def find_job(self, render_id: UUID, *, created_after: datetime | None = None) -> Job | None:
        # Of every queue: a job may have hopped, or the setting may have changed since it was made.
        token: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = await _asked(self._client.list_jobs, MaxResults=PAGE, Order="DESCENDING", **token)
            jobs = [_job(found) for found in page.get("Jobs", [])]
            for job in jobs:
                if job.render_id == str(render_id):
                    return job
            if not page.get("NextToken") or (created_after and _ends_before(jobs, created_after)):
                return None
            token = {"NextToken": page["NextToken"]}
        raise OutcomeUnknown(f"More than {MOST_PAGES * PAGE} jobs since: the render's may be older.")

    async def unfinished_jobs(self) -> list[Job]:
        found: list[Job] = []
        for status in ("SUBMITTED", "PROGRESSING"):
            wanted = {"Status": status, "MaxResults": PAGE, "Order": "DESCENDING"}
            for _ in range(MOST_UNFINISHED_PAGES):
                page = await _asked(self._client.list_jobs, **wanted)
                found += [_job(answer) for answer in page.get("Jobs", [])]
                if not page.get("NextToken"):
                    break
                wanted["NextToken"] = page["NextToken"]
        return found

    async def cancel_job(self, job_id: str) -> None:
        try:
            await self._client.cancel_job(Id=job_id)
        except ClientError as error:
            # A job that ended meanwhile answers 404 or 409: its own event tells how.
            if code_of(error) not in ("NotFoundException", "ConflictException"):
                raise failure_of(error) from error
        except BotoCoreError as error:
            raise failure_of(error) from error


async def _asked(call: Callable[..., Awaitable[dict[str, Any]]], **arguments: Any) -> dict[str, Any]:
    try:
        return await call(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise failure_of(error) from error


def _ends_before(jobs: list[Job], moment: datetime) -> bool:
    """Whether a page, newest job first, reaches back beyond the moment; AWS's clock may not be ours."""
    oldest = jobs[-1].created_at if jobs else None
    return oldest is not None and oldest < moment - CLOCK_SKEW


def _job(answer: Mapping[str, Any]) -> Job:
    timing, messages = answer.get("Timing", {}), answer.get("Messages", {})
    metadata = answer.get("UserMetadata", {})
    return Job(
        id=answer["Id"],
        queue=answer.get("Queue"),
        status=answer.get("Status", "SUBMITTED"),
        render_id=metadata.get("renderId"),
        error_code=answer.get("ErrorCode"),
        error_message=answer.get("ErrorMessage"),
        percent=answer.get("JobPercentComplete"),
        phase=answer.get("CurrentPhase"),
        retry_count=answer.get("RetryCount", 0),
        warnings=tuple(
            JobWarning(str(group["Code"]), group.get("Count", 1)) for group in answer.get("Warnings", [])
        ),
        messages=(*messages.get("Warning", []), *messages.get("Info", [])),
        user_metadata=dict(metadata),
        destination=destination_of(answer.get("Settings", {})),
        created_at=_moment(answer.get("CreatedAt")),
        submitted_at=_moment(timing.get("SubmitTime")),
        started_at=_moment(timing.get("StartTime")),
        finished_at=_moment(timing.get("FinishTime")),
        outputs=tuple(
            tuple(_output(detail) for detail in group.get("OutputDetails", []))
            for group in answer.get("OutputGroupDetails", [])
        ),
    )


def destination_of(settings: Mapping[str, Any]) -> str:
    """Where a job's first output group goes, whatever its type; empty where that is not told."""
    for group in settings.get("OutputGroups", []):
        for own in group.get("OutputGroupSettings", {}).values():
            if isinstance(own, Mapping) and "Destination" in own:
                return str(own["Destination"])
    return ""


def _output(detail: Mapping[str, Any]) -> JobOutput:
    video = detail.get("VideoDetails", {})
    return JobOutput(detail.get("DurationInMs"), video.get("WidthInPx"), video.get("HeightInPx"))


def _moment(value: datetime | None) -> datetime | None:
    """botocore gives the time zone of the machine."""
    return value.astimezone(UTC) if value else None


def refuse_late_retry(operation_name: str, context: dict[str, Any]) -> None:
    """Raises OutcomeUnknown for a CreateJob that would be sent again too late. The first sending may have
    made a job: MediaConvert knows its ClientRequestToken for a minute, and would then make a second one."""
    now = time.monotonic()
    first_sent_at = context.setdefault(FIRST_SENT_AT, now)
    if operation_name == "CreateJob" and now - first_sent_at > RETRIED_WITHIN_SECONDS:
        raise OutcomeUnknown(f"No answer to CreateJob within {RETRIED_WITHIN_SECONDS:.0f} s.")


@asynccontextmanager
async def open_media_convert(
    session: AioSession, *, endpoint_url: str | None, region: str, rate: RateBucket
) -> AsyncIterator[AwsMediaConvert]:
    """One client for the life of a process: making one costs a quarter of a second of JSON reading.

    Every attempt waits for its turn in `rate`, a retry too: throttling is when it matters.
    """

    async def wait_for_turn(*, request: Any, operation_name: str, **_: Any) -> None:
        await rate.take(patience_seconds=PATIENCE_SECONDS.get(operation_name, 0.0))
        refuse_late_retry(operation_name, request.context)

    config = AioConfig(
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS}, connect_timeout=5, read_timeout=20
    )
    async with session.create_client(
        "mediaconvert", endpoint_url=endpoint_url, region_name=region, config=config
    ) as client:
        # First, so that the signature is not older than the wait.
        client.meta.events.register_first("request-created.mediaconvert", wait_for_turn)
        client.meta.events.register("response-received.mediaconvert", mark_lost_answers)
        yield AwsMediaConvert(client)
