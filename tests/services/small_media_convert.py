"""MediaConvert small enough for thousands of runs: jobs as they are told of, and faults on demand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from services.gateways.aws_media_convert import destination_of
from services.gateways.media_convert import Job
from services.gateways.object_storage import StoredObject
from services.job_settings.render_outputs import render_outputs
from services.submit_render import JobDefaults

DEFAULTS = JobDefaults(role="arn:role", queue=None, app="airdate", environment="test")
TOKEN_LIFE = timedelta(minutes=1)
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class SettableClock:
    moment: datetime = BEGINNING

    def now(self) -> datetime:
        return self.moment

    def advance(self, **length: float) -> None:
        self.moment += timedelta(**length)


@dataclass
class SilentBus:
    """Remembers what was announced."""

    heard: list[str] = field(default_factory=list)

    async def announce_transition(self) -> None:
        self.heard.append("transition")

    async def announce_progress(self, tick) -> None:
        self.heard.append("progress")

    async def announce_work(self) -> None:
        self.heard.append("work")


class SmallStorage:
    """A bucket in a dictionary: as much of it as a render's life needs."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def uri(self, key):
        return f"s3://media/{key}"

    async def put(self, key, body, *, content_type):
        self.objects[key] = body

    async def get(self, key):
        return self.objects.get(key)

    async def list_objects(self, prefix):
        return [StoredObject(k, len(v)) for k, v in sorted(self.objects.items()) if k.startswith(prefix)]

    async def delete_prefix(self, prefix):
        found = [key for key in self.objects if key.startswith(prefix)]
        for key in found:
            del self.objects[key]
        return len(found)


class SmallMediaConvert:
    """`fail_before` and `fail_after` name calls whose request, or whose answer, is lost: each once, with the
    exception to raise. `calls` is what was asked, in order."""

    def __init__(self, clock: SettableClock, storage: SmallStorage) -> None:
        self._clock = clock
        self._storage = storage
        self.jobs: dict[str, Job] = {}
        self.requests: dict[str, dict] = {}
        self.ignores_cancel = False
        self.calls: list[str] = []
        self.fail_before: dict[str, Exception] = {}
        self.fail_after: dict[str, Exception] = {}
        self.before: dict[str, Callable] = {}
        self.after: dict[str, Callable] = {}

    async def _call(self, name, act):
        self.calls.append(name)
        if name in self.before:
            await self.before.pop(name)()
        if name in self.fail_before:
            raise self.fail_before.pop(name)
        answer = act()
        if name in self.after:
            await self.after.pop(name)()
        if name in self.fail_after:
            raise self.fail_after.pop(name)
        return answer

    async def create_job(self, request):
        return await self._call("create_job", lambda: self._create(request))

    def _create(self, request):
        now = self._clock.now()
        for job in self.jobs.values():
            token = self.requests[job.id]["ClientRequestToken"]
            if token == request["ClientRequestToken"] and now - job.created_at < TOKEN_LIFE:
                return job
        job = Job(
            id=f"job-{len(self.jobs) + 1}",
            queue="arn:queue",
            status="SUBMITTED",
            render_id=request["UserMetadata"]["renderId"],
            user_metadata=request["UserMetadata"],
            destination=destination_of(request["Settings"]),
            created_at=now,
            submitted_at=now,
        )
        self.jobs[job.id] = job
        self.requests[job.id] = request
        return job

    async def get_job(self, job_id):
        return await self._call("get_job", lambda: self.jobs.get(job_id))

    async def find_job(self, render_id, *, created_after=None):
        return await self._call("find_job", lambda: next(iter(self.of(render_id)[::-1]), None))

    async def unfinished_jobs(self):
        return await self._call(
            "unfinished_jobs",
            lambda: [job for job in self.jobs.values() if job.status in ("SUBMITTED", "PROGRESSING")],
        )

    async def cancel_job(self, job_id):
        return await self._call("cancel_job", lambda: self._cancel(job_id))

    def _cancel(self, job_id):
        job = self.jobs.get(job_id)
        if job and job.status in ("SUBMITTED", "PROGRESSING") and not self.ignores_cancel:
            self.turn(job_id, "CANCELED")

    def of(self, render_id):
        return [job for job in self.jobs.values() if job.render_id == str(render_id)]

    def turn(self, job_id, status, **changes):
        """What happens inside; returns the event that tells of it."""
        now = self._clock.now()
        job = self.jobs[job_id]
        if status == "PROGRESSING":
            changes = {"started_at": job.started_at or now} | changes
        else:
            changes = {"finished_at": now} | changes
        self.jobs[job_id] = replace(job, status=status, **changes)
        if status == "COMPLETE":
            self._write_outputs(job_id)
        return self.event(job_id)

    def _write_outputs(self, job_id):
        for output in render_outputs(self.requests[job_id]):
            stem = output.key.removesuffix(".m3u8")
            if stem == output.key:
                self._storage.objects[output.key] = b"file"
                continue
            name = f"{stem.rpartition('/')[2]}_00001.ts"
            self._storage.objects[output.key] = f"#EXTM3U\n{name}\n#EXT-X-ENDLIST\n".encode()
            self._storage.objects[f"{stem}_00001.ts"] = b"segment"

    def event(self, job_id, **detail):
        """An EventBridge event of the job as it is now."""
        job = self.jobs[job_id]
        if job.status == "ERROR":
            detail = {"errorCode": job.error_code, "errorMessage": job.error_message} | detail
        if job.status == "PROGRESSING" and job.percent is not None:
            detail = {
                "status": "STATUS_UPDATE",
                "jobProgress": {
                    "jobPercentComplete": job.percent,
                    "currentPhase": job.phase,
                    "retryCount": 0,
                },
            } | detail
        return {
            "source": "aws.mediaconvert",
            "detail": {
                "timestamp": round(self._clock.now().timestamp() * 1000),
                "queue": job.queue,
                "jobId": job.id,
                "status": job.status,
                "userMetadata": job.user_metadata,
            }
            | detail,
        }
