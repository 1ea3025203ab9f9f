"""The jobs: one file each, so that they outlive this process; a queue by priority, then by age."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import structlog

from embedded.mediaconvert.engine import Progress, render
from embedded.mediaconvert.events import ACCOUNT, REGION, Outbox, job_event
from embedded.mediaconvert.sources import Source, SourceError
from embedded.mediaconvert.storage import Storage

log = structlog.get_logger()
DEFAULT_QUEUE = f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:queues/Default"
TOKEN_SECONDS = 60
UNFINISHED = ("SUBMITTED", "PROGRESSING")
PHASES = ("PROBING", "TRANSCODING", "UPLOADING")
REPORT_SECONDS = 1.0


class JobOver(Exception):
    """The job ended before it could be cancelled."""


class Jobs:
    def __init__(self, folder: Path, storage: Storage, outbox: Outbox, *, concurrency: int) -> None:
        self._folder = folder / "jobs"
        self._scratch = folder / "scratch"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._storage = storage
        self._outbox = outbox
        self._concurrency = concurrency
        self._jobs = {job["Id"]: job for job in self._read()}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        for job in self._jobs.values():
            # Found running: an earlier process died over it. It starts again from nothing.
            if job["Status"] == "PROGRESSING":
                self._update(job, Status="SUBMITTED")

    def _read(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._folder.glob("*.json")):
            yield orjson.loads(path.read_bytes())

    def get(self, job_id: str) -> dict[str, Any] | None:
        return self._jobs.get(job_id)

    def all(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return sorted(self._jobs.values(), key=lambda job: job["CreatedAt"])

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """A new job; the one made already when the same token came within a minute."""
        token = request.get("ClientRequestToken")
        now = time.time()
        for job in self._jobs.values():
            if token and job.get("ClientRequestToken") == token and now - job["CreatedAt"] < TOKEN_SECONDS:
                return job
        job_id = f"{round(now * 1000)}-{uuid4().hex[:6]}"
        job = {
            "Arn": f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:jobs/{job_id}",
            "Id": job_id,
            "CreatedAt": now,
            "Status": "SUBMITTED",
            "Queue": request.get("Queue", DEFAULT_QUEUE),
            "Priority": request.get("Priority", 0),
            "Role": request["Role"],
            "Settings": request["Settings"],
            "UserMetadata": request.get("UserMetadata", {}),
            "ClientRequestToken": token,
            "Timing": {"SubmitTime": now},
        }
        self._jobs[job_id] = job
        self._update(job)
        self._changed.set()
        return job

    async def cancel(self, job: dict[str, Any]) -> None:
        """Stop a job; its CANCELED event follows. Raises JobOver."""
        if job["Status"] not in UNFINISHED:
            raise JobOver
        running = self._running.get(job["Id"])
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        else:
            self._end(job, "CANCELED")

    async def run(self) -> None:
        """Render what is queued, until cancelled."""
        try:
            while True:
                self._changed.clear()
                while len(self._running) < self._concurrency and (job := self._next()):
                    task = asyncio.create_task(self._render(job))
                    self._running[job["Id"]] = task
                await self._changed.wait()
        finally:
            await self._stop_running()

    async def _stop_running(self) -> None:
        """On the way out: what ran is SUBMITTED again, for the next process."""
        interrupted = list(self._running)
        for task in self._running.values():
            task.cancel("shutting down")
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        for job_id in interrupted:
            if self._jobs[job_id]["Status"] == "PROGRESSING":
                self._update(self._jobs[job_id], Status="SUBMITTED")

    def _next(self) -> dict[str, Any] | None:
        waiting = [
            job for job in self.all() if job["Status"] == "SUBMITTED" and job["Id"] not in self._running
        ]
        return max(waiting, key=lambda job: job["Priority"], default=None)

    async def _render(self, job: dict[str, Any]) -> None:
        try:
            self._update(job, Status="PROGRESSING", JobPercentComplete=0)
            self._outbox.add(job_event(job, "PROGRESSING"))
            details = await render(
                job["Settings"],
                storage=self._storage,
                folder=self._scratch / job["Id"],
                report=_Reporter(job, self._outbox),
                told_sources=lambda sources: self._outbox.add(_input_information(job, sources)),
            )
            self._end(job, "COMPLETE", outputGroupDetails=details)
        except asyncio.CancelledError as cancelled:
            if cancelled.args != ("shutting down",):
                self._end(job, "CANCELED")
            raise
        except SourceError as error:
            self._end(job, "ERROR", errorCode=error.code, errorMessage=str(error))
        except Exception as error:
            log.exception("job failed", job_id=job["Id"])
            self._end(job, "ERROR", errorCode=1999, errorMessage=f"Unknown internal error: {error}")
        finally:
            self._running.pop(job["Id"], None)
            self._changed.set()

    def _end(self, job: dict[str, Any], status: str, **detail: Any) -> None:
        """The event is kept before the status: one that is told twice does less harm than one never told."""
        self._outbox.add(job_event(job, status, **detail))
        failure = {"ErrorCode": detail.get("errorCode"), "ErrorMessage": detail.get("errorMessage")}
        percent = 100 if status == "COMPLETE" else job.get("JobPercentComplete", 0)
        timing = {**job["Timing"], "FinishTime": time.time()}
        self._update(job, Status=status, JobPercentComplete=percent, Timing=timing, **failure)

    def _update(self, job: dict[str, Any], **changes: Any) -> None:
        job.update(changes)
        path = self._folder / f"{job['Id']}.json"
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            file.write(orjson.dumps(job))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)


class _Reporter:
    """Turns progress into STATUS_UPDATE events, one a second and one for each phase."""

    def __init__(self, job: dict[str, Any], outbox: Outbox) -> None:
        self._job = job
        self._outbox = outbox
        self._told_at = 0.0
        self._told_phase = "PROBING"

    def __call__(self, progress: Progress) -> None:
        self._job["JobPercentComplete"] = progress.percent
        self._job["CurrentPhase"] = progress.phase
        now = time.monotonic()
        if progress.phase == self._told_phase and now - self._told_at < REPORT_SECONDS:
            return
        self._told_at, self._told_phase = now, progress.phase
        current = PHASES.index(progress.phase)
        phases = {
            phase: {"status": "COMPLETE", "percentComplete": 100}
            if index < current
            else {"status": "PROGRESSING" if index == current else "PENDING", "percentComplete": 0}
            for index, phase in enumerate(PHASES)
        }
        self._outbox.add(
            job_event(
                self._job,
                "STATUS_UPDATE",
                framesDecoded=progress.frames_decoded,
                jobProgress={
                    "phaseProgress": phases,
                    "jobPercentComplete": progress.percent,
                    "currentPhase": progress.phase,
                    "retryCount": 0,
                },
            )
        )


def _input_information(job: dict[str, Any], sources: list[Source]) -> dict[str, Any]:
    details = [
        {
            "id": index + 1,
            "uri": uri,
            "video": [
                {
                    "codec": source.video_codec.upper(),
                    "width": source.width,
                    "height": source.height,
                    "frameRate": round(float(source.frame_rate), 3),
                    "interlaceMode": "INTERLACED" if source.is_interlaced else "PROGRESSIVE",
                }
            ],
            "audio": [
                {
                    "codec": source.audio_codec.upper(),
                    "channels": source.audio_channels,
                    "sampleRate": source.audio_sample_rate,
                }
            ]
            if source.audio_codec
            else [],
        }
        for index, (uri, source) in enumerate(
            zip([i["FileInput"] for i in job["Settings"]["Inputs"] if "FileInput" in i], sources, strict=True)
        )
    ]
    return job_event(job, "INPUT_INFORMATION", inputDetails=details)
