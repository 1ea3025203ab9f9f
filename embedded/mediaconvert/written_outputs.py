"""What unfinished and failed runs have written to storage, and its removal."""

import asyncio
from collections.abc import Mapping

import structlog
from botocore.exceptions import ClientError

from embedded.mediaconvert.job_store import Job
from embedded.mediaconvert.storage import UNREACHABLE, Storage, split_uri, storage_failure

log = structlog.get_logger()
FAILED = ("ERROR", "CANCELED")
PAUSE_SECONDS = 5.0


class WrittenOutputs:
    """Removes a job's `Written`. A folder that a later job writes to is that one's, and left alone."""

    def __init__(self, storage: Storage, jobs: Mapping[str, Job]) -> None:
        self._storage = storage
        self._jobs = jobs
        self._not_before = 0.0

    async def remove(self, job: Job, *, seconds: float | None) -> bool:
        """Whether all is removed; if not, what is left stays in `Written`.

        With `seconds`, at once and for so long at most, and a cancellation ends it early; without, at ease:
        not for a while after storage was found away.
        """
        now = asyncio.get_running_loop().time()
        if seconds is None and now < self._not_before:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._remove(job)
        except (ClientError, *UNREACHABLE) as error:
            log.warning("outputs not removed yet", job_id=job["Id"], error=str(error))
            self._not_before = now + PAUSE_SECONDS
            return False
        except asyncio.CancelledError:
            if seconds is None:
                raise
            return False
        return True

    async def remove_or_raise(self, job: Job) -> None:
        """Raises SourceError."""
        try:
            await self._remove(job)
        except (ClientError, *UNREACHABLE) as error:
            raise storage_failure(error, "Unable to remove the outputs of an earlier run") from error

    async def _remove(self, job: Job) -> None:
        taken = self._taken_by_later_jobs(job)
        while job.get("Written"):
            batch = job["Written"][-1]
            folder = batch["folder"]
            if (batch["bucket"], folder) not in taken:
                keys = [f"{folder}/{name}" if folder else name for name in batch["names"]]
                await self._storage.remove(batch["bucket"], keys)
            job["Written"].pop()

    def _taken_by_later_jobs(self, job: Job) -> set[tuple[str, str]]:
        later = [
            other
            for other in self._jobs.values()
            if other["CreatedAt"] > job["CreatedAt"] and other["Status"] not in FAILED
        ]
        return {place for other in later for place in _folders(other)}


def _folders(job: Job) -> set[tuple[str, str]]:
    """The buckets and folders that its output groups write to."""
    found = set()
    for group in job["Settings"]["OutputGroups"]:
        for settings in group["OutputGroupSettings"].values():
            if isinstance(settings, dict) and "Destination" in settings:
                bucket, key = split_uri(settings["Destination"])
                found.add((bucket, key.rpartition("/")[0]))
    return found
