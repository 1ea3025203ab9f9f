"""The life of jobs: made, queued by priority and age, run, cancelled, begun again after a crash."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from embedded.mediaconvert.durable_files import DISK_FULL
from embedded.mediaconvert.engine import Listener, render
from embedded.mediaconvert.events import ACCOUNT, REGION, input_information, job_event, new_warning
from embedded.mediaconvert.job_details import described_groups, note_warnings, told_warnings
from embedded.mediaconvert.job_progress import ProgressReporter
from embedded.mediaconvert.job_store import Job, JobStore
from embedded.mediaconvert.outbox import Outbox
from embedded.mediaconvert.queues import Queues
from embedded.mediaconvert.schedule import MAX_CRASHES, UNFINISHED, startable
from embedded.mediaconvert.service_model import shape
from embedded.mediaconvert.sound_warnings import JobWarning
from embedded.mediaconvert.sources import Source, SourceError
from embedded.mediaconvert.storage import RecordedStorage, Storage
from embedded.mediaconvert.written_outputs import WrittenOutputs

log = structlog.get_logger()
TOKEN_SECONDS = 60
# Of the two seconds that a cancellation may take.
REMOVAL_SECONDS = 1.0
REMEMBERED_SECONDS = 90 * 24 * 3600
HOUSEKEEPING_SECONDS = 1.0


class JobOver(Exception):
    """The job ended before it could be cancelled."""


class Jobs:
    """Saved before they are told of. What an earlier process left unfinished is taken up by `run`."""

    def __init__(self, folder: Path, storage: Storage, outbox: Outbox, queues: Queues) -> None:
        self._store = JobStore(folder / "jobs")
        self._scratch = folder / "scratch"
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._storage = storage
        self._outbox = outbox
        self._queues = queues
        self._jobs = self._store.load()
        self._written = WrittenOutputs(storage, self._jobs)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._unsaved: set[str] = set()
        self._changed = asyncio.Event()
        self._is_stopping = False
        for job in list(self._jobs.values()):
            self._take_up(job)

    def _take_up(self, job: Job) -> None:
        """What an earlier process left of a job, after kill -9 at any point."""
        if job["Status"] in UNFINISHED:
            job["Queue"] = self._queues.arn_or_default(job["Queue"])
        if "Ending" in job:
            self._tell_ending(job)
        elif job["Status"] in UNFINISHED and job.get("CancelAsked"):
            self._end(job, "CANCELED")
        elif job["Status"] == "PROGRESSING" and not job.get("Interrupted"):
            # Counted once, however long it waits for its next run.
            job |= {"Crashes": job.get("Crashes", 0) + 1, "Interrupted": True}
            self._save(job)
            if job["Crashes"] >= MAX_CRASHES:
                message = f"Unknown internal error: the renderer died {MAX_CRASHES} times over this job."
                self._end(job, "ERROR", errorCode=1999, errorMessage=message)

    def get(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def all(self) -> list[Job]:
        """Oldest first."""
        return sorted(self._jobs.values(), key=lambda job: (job["CreatedAt"], job["Id"]))

    def count(self, queue_arn: str, status: str) -> int:
        return sum(job["Queue"] == queue_arn and job["Status"] == status for job in self._jobs.values())

    def create(self, request: dict[str, Any]) -> Job:
        """A new job; the one made already when the same token came within a minute.

        Raises QueueRefused for a queue that is not there, and OSError when the job cannot be kept.
        """
        token = request.get("ClientRequestToken")
        now = time.time()
        for job in self._jobs.values():
            if token and job.get("ClientRequestToken") == token and now - job["CreatedAt"] < TOKEN_SECONDS:
                return job
        job_id = f"{round(now * 1000)}-{uuid4().hex[:6]}"
        job = {name: request[name] for name in shape("Job").members if name in request} | {
            "Arn": f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:jobs/{job_id}",
            "Id": job_id,
            "CreatedAt": now,
            "Status": "SUBMITTED",
            "Queue": self._queues.find(request.get("Queue"))["Arn"],
            "Priority": request.get("Priority", 0),
            "UserMetadata": request.get("UserMetadata", {}),
            "RetryCount": 0,
            "Messages": {"Info": [], "Warning": []},
            "Timing": {"SubmitTime": now},
        }
        self._store.save(job)
        self._jobs[job_id] = job
        self._changed.set()
        return job

    async def cancel(self, job: Job) -> None:
        """Stop a job; its CANCELED event follows. Raises JobOver."""
        if job["Status"] not in UNFINISHED:
            raise JobOver
        is_asked_first = not job.get("CancelAsked")
        job["CancelAsked"] = True
        self._save(job)
        running = self._running.get(job["Id"])
        if running is None:
            self._end(job, "CANCELED")
            return
        if is_asked_first:
            running.cancel()
        await asyncio.wait([running])
        if job["Status"] != "CANCELED":
            raise JobOver

    def wake(self) -> None:
        """Look again for jobs that may run now."""
        self._changed.set()

    async def run(self) -> None:
        """Render what is queued, until cancelled."""
        try:
            while True:
                self._changed.clear()
                for job in startable(self.all(), self._queues.all(), self._running):
                    self._begin(job)
                await self._changed.wait()
        finally:
            self._is_stopping = True
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._render(job))
        self._running[job["Id"]] = task
        task.add_done_callback(lambda _: self._over(job))

    def _over(self, job: Job) -> None:
        del self._running[job["Id"]]
        if job["Status"] in UNFINISHED and job.get("CancelAsked"):
            # A task that is cancelled before its first step runs nothing at all.
            self._end(job, "CANCELED")
        self._changed.set()

    async def _render(self, job: Job) -> None:
        try:
            details = await self._run_once(job)
        except asyncio.CancelledError:
            if job.get("CancelAsked"):
                await self._written.remove(job, seconds=REMOVAL_SECONDS)
                self._end(job, "CANCELED")
            else:
                job["Interrupted"] = True
                self._save(job)
                raise
        except Exception as error:
            failure = _as_failure(error, job["Id"])
            # Removed before it is told: whoever acts on the event finds nothing half done.
            await self._written.remove(job, seconds=REMOVAL_SECONDS)
            self._end(job, "ERROR", errorCode=failure.code, errorMessage=str(failure))
        else:
            self._end(job, "COMPLETE", outputGroupDetails=details, **told_warnings(job))

    async def _run_once(self, job: Job) -> list[dict[str, Any]]:
        """One run from nothing. Raises SourceError, OSError, ClientError."""
        runs = job.get("Runs", 0)
        job |= {"Status": "PROGRESSING", "Runs": runs + 1, "RetryCount": runs, "Interrupted": False}
        job |= {"JobPercentComplete": 0, "CurrentPhase": "PROBING"}
        job["Timing"] = {"StartTime": time.time()} | job["Timing"]
        self._store.save(job)
        self._outbox.add(job_event(job, "PROGRESSING"))
        if job.get("Written"):
            await self._written.remove_or_raise(job)
            self._store.save(job)
        reporter = ProgressReporter(job, self._outbox.add)
        ticking = asyncio.create_task(reporter.every_second())

        def record(bucket: str, folder: str, names: list[str]) -> None:
            job.setdefault("Written", []).append({"bucket": bucket, "folder": folder, "names": names})
            self._store.save(job)

        def tell_sources(sources: list[Source]) -> None:
            self._outbox.add(input_information(job, sources))

        def tell_warnings(warnings: list[JobWarning]) -> None:
            note_warnings(job, warnings)
            for warning in warnings:
                self._outbox.add(new_warning(job, warning))

        try:
            return await render(
                job["Settings"],
                storage=RecordedStorage(self._storage, record),
                folder=self._scratch / job["Id"],
                listener=Listener(reporter, tell_sources, tell_warnings),
            )
        finally:
            ticking.cancel()

    def _end(self, job: Job, status: str, **detail: Any) -> None:
        """Status and event are saved together: whatever ends this process, none is without the other."""
        job["Status"] = status
        job["Timing"] = {**job["Timing"], "FinishTime": time.time()}
        job["Ending"] = job_event(job, status, **detail)
        if status == "COMPLETE":
            job["JobPercentComplete"] = 100
            job["OutputGroupDetails"] = described_groups(detail["outputGroupDetails"])
            job.pop("Written", None)
        if status == "ERROR":
            job |= {"ErrorCode": detail["errorCode"], "ErrorMessage": detail["errorMessage"]}
        self._save(job)
        self._tell_ending(job)

    def _tell_ending(self, job: Job) -> None:
        if self._outbox.add(job["Ending"]):
            del job["Ending"]
            self._save(job)

    def _save(self, job: Job) -> None:
        """What the disk does not take now is tried again until it does."""
        try:
            self._store.save(job)
            self._unsaved.discard(job["Id"])
        except OSError as error:
            log.error("job not saved", job_id=job["Id"], error=str(error))
            self._unsaved.add(job["Id"])

    async def keep_house(self) -> None:
        """Save what could not be saved, remove what could not be removed, forget the old; until cancelled."""
        while True:
            for job_id in list(self._unsaved):
                self._save(self._jobs[job_id])
            for job in list(self._jobs.values()):
                if job["Status"] in UNFINISHED:
                    continue
                if job.get("Written") and await self._written.remove(job, seconds=None):
                    self._save(job)
                if time.time() - job["Timing"].get("FinishTime", job["CreatedAt"]) > REMEMBERED_SECONDS:
                    self._jobs.pop(job["Id"])
                    self._unsaved.discard(job["Id"])
                    self._store.forget(job)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)


def _as_failure(error: Exception, job_id: str) -> SourceError:
    """Any exception as MediaConvert would tell it."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return SourceError(1050, f"The disk is full: {error.strerror}.")
    log.error("job failed", job_id=job_id, exc_info=error)
    return SourceError(1999, f"Unknown internal error: {error}")
